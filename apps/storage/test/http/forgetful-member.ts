import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { CairnCommand, storageCommands } from '@cairn/dfs-core'
import { frame } from '../probe.ts'

const ANSWER = 100
const HEADER_SIZE = 10

/** A member by hand that keeps pieces of one upload, and loses one of them although it has taken it. */
export class ForgetfulMember {
  port = 0
  /** Bytes that it has. */
  size = 0
  /** Pieces that did not begin where it had said that its copy ends. */
  readonly gaps: number[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #forgotten: number
  readonly #answering: Promise<void>
  #startAnswering: () => void = () => undefined
  readonly #pieces: Buffer[] = []
  #count = 0

  /** `forgotten`: which piece it loses. */
  constructor(forgotten: number) {
    this.#forgotten = forgotten
    this.#answering = new Promise((resolve) => {
      this.#startAnswering = resolve
    })
    this.#server = createServer((socket) => this.#serve(socket))
  }

  get content(): Buffer {
    return Buffer.concat(this.#pieces)
  }

  /** Before this it answers to no piece. */
  answer(): void {
    this.#startAnswering()
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    this.port = (this.#server.address() as AddressInfo).port
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  #serve(socket: Socket): void {
    let input = Buffer.alloc(0)
    let answered = Promise.resolve()
    this.#sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket))
    socket.on('data', (chunk: Buffer) => {
      input = Buffer.concat([input, chunk])
      while (input.length >= HEADER_SIZE) {
        const end = HEADER_SIZE + Number(input.readBigInt64BE(0))
        if (input.length < end) return
        const [command, body] = [input.readUInt8(8), input.subarray(HEADER_SIZE, end)]
        answered = answered.then(async () => void socket.write(frame(ANSWER, await this.#answer(command, body))))
        input = input.subarray(end)
      }
    })
  }

  async #answer(command: number, body: Buffer): Promise<Buffer> {
    const { hello, partWrite } = storageCommands
    if (command === hello.code) return hello.response.encode({ version: 1, id: '100002' })
    if (command !== CairnCommand.PART_WRITE) return Buffer.alloc(0)
    const { offset, data } = partWrite.request.decode(body)
    if (data.length > 0) await this.#take(offset, data)
    return partWrite.response.encode({ offset: this.size })
  }

  async #take(offset: number, data: Buffer): Promise<void> {
    await this.#answering
    this.#count += 1
    if (offset !== this.size) this.gaps.push(offset)
    else if (this.#count !== this.#forgotten) {
      this.#pieces.push(data)
      this.size += data.length
    }
  }
}
