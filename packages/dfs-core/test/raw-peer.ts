import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A frame put together by hand: 8 bytes of length, command, status, body (client protocol §1.1). */
export function frame(command: number, body: Buffer | string = '', status = 0): Buffer {
  const bytes = Buffer.from(body)
  return Buffer.concat([header(bytes.length, command, status), bytes])
}

/** A header alone, with any length, right or wrong. */
export function header(length: number | bigint, command: number, status = 0): Buffer {
  const bytes = Buffer.alloc(10)
  bytes.writeBigInt64BE(BigInt(length))
  bytes[8] = command
  bytes[9] = status
  return bytes
}

export const OK = frame(100)

/** Lets the event loop poll its sockets once. */
export async function turn(): Promise<void> {
  for (let i = 0; i < 2; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** Resolves when `condition` holds; the test's own timeout is the limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1))
}

/** One end of a connection under the control of a test: it sends any bytes and waits for exact amounts. */
export class RawPeer {
  readonly socket: Socket
  closed = false
  #chunks: Buffer[] = []
  #size = 0
  #waiting: (() => void) | null = null

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
      this.#size += chunk.length
      this.#waiting?.()
    })
    // A reset is one of the ways in which a server may close.
    socket.on('error', () => this.#waiting?.())
    socket.on('close', () => {
      this.closed = true
      this.#waiting?.()
    })
  }

  static async connect(port: number, options: { allowHalfOpen?: boolean } = {}): Promise<RawPeer> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, ...options })
    await once(socket, 'connect')
    return new RawPeer(socket)
  }

  send(...parts: Buffer[]): void {
    this.socket.write(Buffer.concat(parts))
  }

  /** The next `size` bytes; fails when the connection closes before. */
  async read(size: number): Promise<Buffer> {
    while (this.#size < size) {
      if (this.closed) throw new Error(`closed after ${this.#size} of ${size} bytes`)
      await new Promise<void>((resolve) => {
        this.#waiting = resolve
      })
    }
    const received = Buffer.concat(this.#chunks)
    this.#chunks = [received.subarray(size)]
    this.#size -= size
    return received.subarray(0, size)
  }

  /** One whole frame: status and body. */
  async answer(): Promise<{ status: number; body: Buffer }> {
    const head = await this.read(10)
    if (head[8] !== 100) throw new Error(`command ${head[8]} in an answer`)
    return { status: head[9] ?? -1, body: await this.read(Number(head.readBigInt64BE())) }
  }

  async status(): Promise<number> {
    return (await this.answer()).status
  }

  /** Everything until the connection closes. */
  async rest(): Promise<Buffer> {
    while (!this.closed) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve
      })
    }
    return Buffer.concat(this.#chunks)
  }
}

/** A server that hands each connection to a test. */
export interface RawServer {
  readonly address: string
  readonly server: Server
  /** Connections so far, the closed ones included. */
  readonly peers: RawPeer[]
  next(): Promise<RawPeer>
  close(): void
}

export async function rawServer(): Promise<RawServer> {
  const peers: RawPeer[] = []
  let taken = 0
  const server = createServer((socket) => peers.push(new RawPeer(socket)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    peers,
    async next() {
      await until(() => peers.length > taken)
      const peer = peers[taken]
      taken += 1
      if (peer === undefined) throw new Error('no connection')
      return peer
    },
    close() {
      server.close()
      for (const { socket } of peers) socket.destroy()
    },
  }
}
