import { pageId } from './device-id.ts'

const CHANNEL = 'cairn.uploads'
const LOCK = 'cairn-uploads-tab '
const ADOPTING = 'cairn-uploads-adopting'
const ANSWER_MS = 250

type Message = { type: 'who' } | { type: 'here'; tab: string }

/**
 * Which tabs of this browser are open, so that an upload is never driven by two of them. A lock, held as long as the
 * page lives, is proof; plain http has no locks, there the tabs are asked and have a moment to answer.
 */
export class LivingTabs {
  readonly id = pageId
  readonly #channel = new BroadcastChannel(CHANNEL)
  readonly #heard = new Set<string>()
  readonly #closed = new AbortController()

  constructor() {
    this.#channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.type === 'who') this.#say({ type: 'here', tab: this.id })
      else this.#heard.add(data.tab)
    }
    const untilClosed = () => new Promise((resolve) => this.#closed.signal.addEventListener('abort', resolve))
    void locks()?.request(LOCK + this.id, untilClosed)
  }

  /** The tabs that are open, this one included. */
  async alive(): Promise<ReadonlySet<string>> {
    const manager = locks()
    if (manager === null) {
      this.#say({ type: 'who' })
      await new Promise((resolve) => setTimeout(resolve, ANSWER_MS))
      return new Set([...this.#heard, this.id])
    }
    const { held = [] } = await manager.query()
    const names = held.flatMap(({ name = '' }) => (name.startsWith(LOCK) ? name.slice(LOCK.length) : []))
    return new Set([...names, this.id])
  }

  /** Runs `work` in one tab at a time. */
  async oneAtATime(work: () => Promise<void>): Promise<void> {
    const manager = locks()
    if (manager === null) await work()
    else await manager.request(ADOPTING, work)
  }

  close(): void {
    this.#closed.abort()
    this.#channel.close()
  }

  #say(message: Message): void {
    this.#channel.postMessage(message)
  }
}

function locks(): LockManager | null {
  return 'locks' in navigator ? navigator.locks : null
}
