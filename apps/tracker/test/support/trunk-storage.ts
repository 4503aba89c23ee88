import { storageCommands } from '@cairn/dfs-core'
import { type CommandHandler, createCommandServer } from '@cairn/dfs-core/server'

/** The part of a storage server that a leader tracker asks when it elects a trunk server. */
export class TrunkStorage {
  port = 0
  /** Bytes of its log of free blocks. */
  readonly binlogSize: number
  /** How often it was told to forget how far its log has got. */
  marksDeleted = 0
  readonly #server

  private constructor(binlogSize: number) {
    this.binlogSize = binlogSize
    const { trunkDeleteBinlogMarks, trunkGetBinlogSize } = storageCommands
    this.#server = createCommandServer<null>({
      handlers: new Map([
        [trunkGetBinlogSize.code, answer(() => trunkGetBinlogSize.response.encode({ size: this.binlogSize }))],
        [trunkDeleteBinlogMarks.code, answer(() => this.#deleteMarks())],
      ]),
      newState: () => null,
      limits: { maxConnections: 16, networkTimeoutMs: 5000 },
      unknownCommand: 'close',
      closeOnEinval: true,
    })
  }

  static async start(binlogSize: number): Promise<TrunkStorage> {
    const storage = new TrunkStorage(binlogSize)
    storage.port = await storage.#server.listen(0, '127.0.0.1')
    return storage
  }

  async close(): Promise<void> {
    await this.#server.close(0)
  }

  #deleteMarks(): Buffer {
    this.marksDeleted++
    return Buffer.alloc(0)
  }
}

function answer(body: () => Buffer): CommandHandler<null> {
  return { kind: 'buffered', bodyMax: 0, handle: (_request, reply) => reply.ok(body()) }
}
