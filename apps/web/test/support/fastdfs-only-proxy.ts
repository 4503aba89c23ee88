import { once } from 'node:events'
import net from 'node:net'

const HEADER_BYTES = 10
const EINVAL = 22
const RESPONSE = 100
/** Commands from here on are Cairn's own: FastDFS knows none of them. */
const CAIRN_COMMANDS = 200

/**
 * Stands in front of one of Cairn's storages and makes a FastDFS storage of it: what is not FastDFS's is answered with
 * EINVAL, and then it hangs up. Counts the commands that come.
 */
export class FastDfsOnlyProxy {
  /** How often each command came, from clients and from other storages. */
  readonly #commands = new Map<number, number>()
  readonly #server: net.Server
  readonly #sockets = new Set<net.Socket>()

  constructor(target: { host: string; port: number }) {
    this.#server = net.createServer((client) => this.#join(client, net.connect(target)))
  }

  async listen(port: number, host: string): Promise<void> {
    this.#server.listen(port, host)
    await once(this.#server, 'listening')
  }

  count(command: number): number {
    return this.#commands.get(command) ?? 0
  }

  async close(): Promise<void> {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await once(this.#server, 'close')
  }

  #join(client: net.Socket, storage: net.Socket): void {
    for (const [socket, other] of [
      [client, storage],
      [storage, client],
    ] as const) {
      this.#sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        this.#sockets.delete(socket)
        other.destroy()
      })
    }
    const frames = new FrameReader((command) => this.#commands.set(command, this.count(command) + 1))
    client.on('data', (chunk: Buffer) => {
      const known = frames.read(chunk)
      if (known.length > 0 && !storage.write(known)) {
        client.pause()
        storage.once('drain', () => client.resume())
      }
      if (frames.isForeign) client.end(refusal())
    })
    storage.pipe(client)
  }
}

function refusal(): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header[8] = RESPONSE
  header[9] = EINVAL
  return header
}

/** Follows the frames of one connection. */
class FrameReader {
  isForeign = false
  readonly #onCommand: (command: number) => void
  #header = Buffer.alloc(0)
  #bodyLeft = 0n

  constructor(onCommand: (command: number) => void) {
    this.#onCommand = onCommand
  }

  /** What of a chunk may go on: nothing from the first foreign command on. */
  read(chunk: Buffer): Buffer {
    const passed: Buffer[] = []
    let rest = this.isForeign ? Buffer.alloc(0) : chunk
    while (rest.length > 0) {
      if (this.#bodyLeft > 0n) {
        const length = Number(this.#bodyLeft < BigInt(rest.length) ? this.#bodyLeft : BigInt(rest.length))
        passed.push(rest.subarray(0, length))
        rest = rest.subarray(length)
        this.#bodyLeft -= BigInt(length)
        continue
      }
      const missing = HEADER_BYTES - this.#header.length
      this.#header = Buffer.concat([this.#header, rest.subarray(0, missing)])
      rest = rest.subarray(missing)
      if (this.#header.length < HEADER_BYTES) break
      const command = this.#header[8] ?? 0
      this.#onCommand(command)
      if (command >= CAIRN_COMMANDS) {
        this.isForeign = true
        break
      }
      passed.push(this.#header)
      this.#bodyLeft = this.#header.readBigInt64BE(0)
      this.#header = Buffer.alloc(0)
    }
    return Buffer.concat(passed)
  }
}
