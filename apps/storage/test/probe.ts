import { connect, type Socket } from 'node:net'

/** What came back for one request sent by hand. */
export interface Answer {
  /** null: the connection was closed without an answer. */
  readonly status: number | null
  readonly body: Buffer
  readonly connection: 'kept' | 'closed'
}

/** One frame, byte by byte: the tests must not depend on our own encoder. */
export function frame(command: number, body: Buffer, status = 0, announced = body.length): Buffer {
  const header = Buffer.alloc(10)
  header.writeBigInt64BE(BigInt(announced), 0)
  header[8] = command
  header[9] = status
  return Buffer.concat([header, body])
}

export const int8 = (value: number | bigint) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}
export const int4 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
export const field = (text: string, size: number) => Buffer.from(text.padEnd(size, '\0'), 'latin1')
export const group = (name = 'group1') => field(name, 16)
export const text = (value: string) => Buffer.from(value, 'latin1')

/** Sends bytes on a new connection, reads one answer, then asks ACTIVE_TEST whether the connection is still served. */
export async function probe(port: number, bytes: Buffer): Promise<Answer> {
  const socket = connect({ host: '127.0.0.1', port })
  const input = new Input(socket)
  try {
    socket.write(bytes)
    const header = await input.read(10)
    if (header === null) return { status: null, body: Buffer.alloc(0), connection: 'closed' }
    const body = (await input.read(Number(header.readBigInt64BE(0)))) ?? Buffer.alloc(0)
    socket.write(frame(111, Buffer.alloc(0)))
    const alive = await input.read(10)
    return { status: header.readUInt8(9), body, connection: alive === null ? 'closed' : 'kept' }
  } finally {
    socket.destroy()
  }
}

/** Reads exactly so many bytes; null when the connection ends before. */
class Input {
  #bytes = Buffer.alloc(0)
  #ended = false
  #wake: (() => void) | null = null

  constructor(socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk])
      this.#wake?.()
    })
    const end = () => {
      this.#ended = true
      this.#wake?.()
    }
    socket.on('end', end)
    socket.on('error', end)
    socket.on('close', end)
  }

  async read(count: number): Promise<Buffer | null> {
    while (this.#bytes.length < count) {
      if (this.#ended) return null
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    const bytes = this.#bytes.subarray(0, count)
    this.#bytes = this.#bytes.subarray(count)
    return bytes
  }
}
