import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** Passes TCP on to another port, as long as it is not told to hold what clients send, or to refuse them. */
export class HoldingProxy {
  port = 0
  readonly #server: Server
  readonly #clients = new Set<Socket>()
  #isHolding = false
  #isRefusing = false

  constructor(targetPort: number) {
    this.#server = createServer((client) => this.#join(client, connect(targetPort, '127.0.0.1')))
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    this.port = (this.#server.address() as AddressInfo).port
  }

  /** Nothing that clients send from now on arrives, until `pass`. */
  hold(): void {
    this.#isHolding = true
    for (const client of this.#clients) client.pause()
  }

  /** Connections are cut and not taken again, until `pass`. */
  refuse(): void {
    this.#isRefusing = true
    for (const client of this.#clients) client.resetAndDestroy()
  }

  pass(): void {
    this.#isHolding = false
    this.#isRefusing = false
    for (const client of this.#clients) client.resume()
  }

  close(): Promise<void> {
    for (const client of this.#clients) client.destroy()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  #join(client: Socket, target: Socket): void {
    client.on('error', () => target.destroy()).on('close', () => target.destroy())
    target.on('error', () => client.destroy()).on('close', () => client.destroy())
    if (this.#isRefusing) {
      client.resetAndDestroy()
      return
    }
    this.#clients.add(client)
    client.on('close', () => this.#clients.delete(client))
    client.on('data', (chunk) => target.write(chunk))
    target.pipe(client)
    if (this.#isHolding) client.pause()
  }
}
