import { connect, type Socket } from 'node:net'

/** One answer, its body as it is on the wire. */
export interface WireAnswer {
  status: number
  body: Buffer
}

const HEADER_SIZE = 10
const RESPONSE = 100

/** A connection that sends bytes and hands back bytes; it knows nothing but the header. */
export class Wire {
  readonly #socket: Socket
  #received = Buffer.alloc(0)
  #closed = false
  #wake: () => void = () => undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk])
      this.#wake()
    })
    socket.on('close', () => {
      this.#closed = true
      this.#wake()
    })
    // A reset is seen as the end of the connection.
    socket.on('error', () => socket.destroy())
  }

  static open(port: number, host = '127.0.0.1', localAddress?: string): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host, noDelay: true, ...(localAddress && { localAddress }) })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new Wire(socket))
      })
    })
  }

  send(command: number, body: Buffer = Buffer.alloc(0), status = 0): void {
    this.#socket.write(frame(command, body, status))
  }

  sendBytes(bytes: Buffer): void {
    this.#socket.write(bytes)
  }

  async ask(command: number, body?: Buffer): Promise<WireAnswer> {
    this.send(command, body)
    return await this.answer()
  }

  async answer(): Promise<WireAnswer> {
    const header = await this.#take(HEADER_SIZE)
    if (header[8] !== RESPONSE) throw new Error(`answer with command ${header[8]}`)
    const body = await this.#take(Number(header.readBigInt64BE(0)))
    return { status: header[9] as number, body }
  }

  /** Resolves when the server has closed the connection; bytes before that are an error. */
  async closedByServer(): Promise<void> {
    while (!this.#closed) await this.#next()
    if (this.#received.length > 0) throw new Error(`${this.#received.length} bytes before the end`)
  }

  close(): void {
    this.#socket.destroy()
  }

  async #take(size: number): Promise<Buffer> {
    while (this.#received.length < size) {
      if (this.#closed) throw new Error(`closed after ${this.#received.length} of ${size} bytes`)
      await this.#next()
    }
    const taken = this.#received.subarray(0, size)
    this.#received = this.#received.subarray(size)
    return taken
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}

export function frame(command: number, body: Buffer, status = 0): Buffer {
  const header = Buffer.alloc(HEADER_SIZE)
  header.writeBigInt64BE(BigInt(body.length), 0)
  header[8] = command
  header[9] = status
  return Buffer.concat([header, body])
}
