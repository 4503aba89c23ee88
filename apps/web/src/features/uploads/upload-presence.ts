const CHANNEL = 'cairn.uploads'
const ANSWER_MS = 250

type Message = { type: 'who' } | { type: 'mine'; uploadIds: string[] }

/** Lets the tabs of one browser tell each other which uploads are alive, so that none is offered twice. */
export class UploadPresence {
  readonly #channel = new BroadcastChannel(CHANNEL)
  readonly #mine: () => string[]
  readonly #others = new Set<string>()

  constructor(mine: () => string[]) {
    this.#mine = mine
    this.#channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.type === 'who') this.#say({ type: 'mine', uploadIds: this.#mine() })
      else for (const uploadId of data.uploadIds) this.#others.add(uploadId)
    }
  }

  /** The uploads that other tabs are working on. */
  async elsewhere(): Promise<ReadonlySet<string>> {
    this.#say({ type: 'who' })
    await new Promise((resolve) => setTimeout(resolve, ANSWER_MS))
    return this.#others
  }

  close(): void {
    this.#channel.close()
  }

  #say(message: Message): void {
    this.#channel.postMessage(message)
  }
}
