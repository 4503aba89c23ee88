/** Errands with consecutive numbers. */
export interface Errands<T> {
  readonly first: number
  readonly errands: readonly T[]
}

/** How the errand of each number ended. */
export interface Outcomes<R> {
  readonly numbers: readonly number[]
  readonly outcomes: readonly R[]
}

/** What one thread asks of another: the errands of one turn of the event loop are one message. */
export class ErrandSender<T, R> {
  readonly #send: (errands: Errands<T>) => void
  readonly #waiting = new Map<number, (outcome: R) => void>()
  #last = 0
  #errands: T[] = []

  constructor(send: (errands: Errands<T>) => void) {
    this.#send = send
  }

  /** `done` is called once, when the other thread has told the outcome. */
  send(errand: T, done: (outcome: R) => void): void {
    this.#last += 1
    this.#waiting.set(this.#last, done)
    if (this.#errands.push(errand) === 1) setImmediate(() => this.#sendAll())
  }

  /** The other thread has told these. */
  settle({ numbers, outcomes }: Outcomes<R>): void {
    for (const [i, number] of numbers.entries()) {
      const done = this.#waiting.get(number)
      this.#waiting.delete(number)
      done?.(outcomes[i] as R)
    }
  }

  #sendAll(): void {
    const errands = this.#errands
    this.#errands = []
    this.#send({ first: this.#last - errands.length + 1, errands })
  }
}

/** The other side: outcomes of the same moment are one message. */
export class OutcomeSender<R> {
  readonly #send: (outcomes: Outcomes<R>) => void
  #numbers: number[] = []
  #outcomes: R[] = []

  constructor(send: (outcomes: Outcomes<R>) => void) {
    this.#send = send
  }

  send(number: number, outcome: R): void {
    this.#outcomes.push(outcome)
    if (this.#numbers.push(number) === 1) queueMicrotask(() => this.#sendAll())
  }

  #sendAll(): void {
    const message = { numbers: this.#numbers, outcomes: this.#outcomes }
    this.#numbers = []
    this.#outcomes = []
    this.#send(message)
  }
}
