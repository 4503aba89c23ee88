import type { Socket } from 'node:net'
import type { MessagePort } from 'node:worker_threads'
import type { DiskLane } from '@cairn/dfs-core/disk'
import type { BodyBudget } from '../parts/body-budget.ts'
import { type CarrierNews, type CarrierOrder, type CarryOrder, heldEnd } from '../streams/carrier-messages.ts'
import { PortStream } from '../streams/port-stream.ts'
import { Carriage } from './carriage.ts'

/** What the connections of one thread share. */
export interface Hands {
  readonly budget: BodyBudget
  /** To the disks of the store paths. */
  readonly lanes: readonly DiskLane[]
}

/** A client's connection in the thread that has accepted it: bytes go to the main thread and come from it, unless it says otherwise. */
export class HeldConnection {
  readonly #socket: Socket
  readonly #stream: PortStream
  readonly #hands: Hands
  #isHeld = false
  #carriage: Carriage | null = null
  /** What came behind a body that is carried. */
  #rest: Buffer | null = null
  #hasEnded = false
  #isClosed = false

  constructor(socket: Socket, port: MessagePort, hands: Hands) {
    this.#socket = socket
    this.#stream = new PortStream(port, heldEnd)
    this.#hands = hands
    this.#passIn()
    this.#passOut()
    this.#stream.on('told', (order: CarrierOrder) => this.#obey(order))
  }

  #passIn(): void {
    const socket = this.#socket
    socket.on('data', (chunk) => this.#onData(chunk))
    socket.on('end', () => {
      this.#hasEnded = true
      this.#settle()
    })
    // 'close' follows.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#isClosed = true
      this.#settle()
    })
  }

  #passOut(): void {
    const socket = this.#socket
    const stream = this.#stream
    stream.on('data', (chunk: Buffer) => {
      if (!socket.write(chunk)) stream.pause()
    })
    socket.on('drain', () => stream.resume())
    stream.on('end', () => socket.end(() => this.#tell({ kind: 'flushed' })))
    stream.on('error', () => undefined)
    stream.on('close', () => {
      if (stream.readableEnded) socket.destroySoon()
      else socket.destroy()
    })
  }

  #onData(chunk: Buffer): void {
    if (this.#carriage === null) {
      this.#passOn(chunk)
      return
    }
    const { rest, isFull } = this.#carriage.take(chunk)
    if (isFull) this.#socket.pause()
    if (rest.length > 0) this.#rest = rest
  }

  /** One piece is on its way at most: so all that was read is with the main thread, or waits for it there. */
  #passOn(chunk: Buffer): void {
    this.#stream.write(chunk, () => this.#goOn())
    if (this.#stream.writableLength > 0) this.#socket.pause()
  }

  #goOn(): void {
    if (!this.#isHeld && this.#carriage === null && this.#stream.writableLength === 0) this.#socket.resume()
  }

  #obey(order: CarrierOrder): void {
    switch (order.kind) {
      case 'hold':
        this.#isHeld = true
        this.#socket.pause()
        this.#tell({ kind: 'held' })
        break
      case 'goOn':
        this.#isHeld = false
        this.#settle()
        this.#goOn()
        break
      case 'carry':
        void this.#carry(order)
        break
      case 'accounted':
        this.#carriage?.accounted(order.size)
        break
      case 'stop':
        void this.#carriage?.stop()
        break
      case 'drop':
        this.#carriage?.drop()
        this.#socket.destroy()
        break
    }
  }

  async #carry(order: CarryOrder): Promise<void> {
    const { budget, lanes } = this.#hands
    const lane = lanes[order.storePath]
    if (lane === undefined) throw new Error(`there is no store path ${order.storePath}`)
    const carriage = new Carriage({
      ...{ order, budget, lane },
      more: () => this.#socket.resume(),
      tell: (news) => this.#tell(news),
    })
    this.#carriage = carriage
    if (this.#hasEnded || this.#isClosed) carriage.break()
    const ended = await carriage.run()
    this.#carriage = null
    this.#socket.pause()
    this.#tell(ended)
    if (this.#rest !== null) this.#passOn(this.#rest)
    this.#rest = null
    this.#settle()
    this.#goOn()
  }

  /** What the client has ended, as far as that is not told by the end of what is carried. */
  #settle(): void {
    this.#carriage?.break()
    // An order to carry may be on its way, and is answered.
    if (this.#carriage !== null || this.#isHeld) return
    if (this.#hasEnded && !this.#stream.writableEnded) this.#stream.end()
    if (this.#isClosed) this.#stream.destroy()
  }

  #tell(news: CarrierNews): void {
    this.#stream.tell(news)
  }
}
