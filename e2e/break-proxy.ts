import { once } from 'node:events'
import net from 'node:net'
import { Transform } from 'node:stream'

interface Mark {
  atBytes: number
  reached: () => void
}

/**
 * A TCP proxy between the browser and one storage: counts what comes from the browser and cuts connections when told to.
 * It stands where a real network would, so what it counts is what an upload really cost.
 */
export class BreakProxy {
  readonly #server: net.Server
  readonly #sockets = new Set<net.Socket>()
  readonly #marks = new Set<Mark>()
  /** Bytes that came from the browser, headers included. */
  receivedBytes = 0
  /** How many times connections were cut. */
  cuts = 0
  /** How fast bytes come from the browser at most. */
  bytesPerSecond = Number.POSITIVE_INFINITY

  constructor(targetPort: number) {
    this.#server = net.createServer((client) => this.#join(client, net.connect(targetPort, '127.0.0.1')))
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  #join(client: net.Socket, storage: net.Socket): void {
    for (const [socket, other] of [
      [client, storage],
      [storage, client],
    ] as const) {
      this.#sockets.add(socket)
      // A reset is what this proxy is for; the other side learns of it by 'close'.
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        this.#sockets.delete(socket)
        other.destroy()
      })
    }
    client.pipe(this.#counting()).pipe(storage)
    storage.pipe(client)
  }

  /** Passes bytes on as fast as it may, and counts them. */
  #counting(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        this.#count(chunk.length)
        const ms = (1000 * chunk.length) / this.bytesPerSecond
        if (ms < 1) done(null, chunk)
        else setTimeout(() => done(null, chunk), ms)
      },
    })
  }

  #count(bytes: number): void {
    this.receivedBytes += bytes
    for (const mark of this.#marks) {
      if (this.receivedBytes < mark.atBytes) continue
      this.#marks.delete(mark)
      mark.reached()
    }
  }

  /** Resolves once `bytes` more have come from the browser. */
  reached(bytes: number): Promise<void> {
    return new Promise((reached) => {
      this.#marks.add({ atBytes: this.receivedBytes + bytes, reached })
    })
  }

  /** Cuts all connections once `bytes` more have come from the browser; resolves when that has happened. */
  async cutAfter(bytes: number): Promise<void> {
    await this.reached(bytes)
    this.cutNow()
  }

  cutNow(): void {
    this.cuts += 1
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  async close(): Promise<void> {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await once(this.#server, 'close')
  }
}
