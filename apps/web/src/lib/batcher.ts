type Waiting<In, Out> = { input: In; resolve: (output: Out) => void; reject: (error: unknown) => void }

type BatcherOptions<In, Out> = {
  max: number
  /** How long the first one of a batch waits for others; a function is asked for each batch. */
  waitMs: number | (() => number)
  /** Answers in the order of its inputs. */
  send: (inputs: In[]) => Promise<Out[]>
}

/** Collects single calls for a moment and sends them together, one batch at a time. */
export class Batcher<In, Out> {
  readonly #options: BatcherOptions<In, Out>
  readonly #waiting: Waiting<In, Out>[] = []
  #timer: ReturnType<typeof setTimeout> | null = null
  #sending = false

  constructor(options: BatcherOptions<In, Out>) {
    this.#options = options
  }

  add(input: In): Promise<Out> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ input, resolve, reject })
      this.#plan()
    })
  }

  #plan(): void {
    if (this.#sending || this.#waiting.length === 0) return
    const { max, waitMs } = this.#options
    if (this.#waiting.length >= max) void this.#send()
    else this.#timer ??= setTimeout(() => void this.#send(), typeof waitMs === 'number' ? waitMs : waitMs())
  }

  async #send(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#sending = true
    const batch = this.#waiting.splice(0, this.#options.max)
    try {
      const outputs = await this.#options.send(batch.map(({ input }) => input))
      batch.forEach(({ resolve, reject }, index) => {
        const output = outputs[index]
        if (output === undefined) reject(new Error(`A batch of ${batch.length} got ${outputs.length} answers`))
        else resolve(output)
      })
    } catch (error) {
      for (const { reject } of batch) reject(error)
    } finally {
      this.#sending = false
      this.#plan()
    }
  }
}
