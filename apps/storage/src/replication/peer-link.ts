import {
  type Connection,
  FileInfoFlag,
  ProtocolError,
  type RequestBody,
  ServerError,
  Status,
  storageCommands,
} from '@cairn/dfs-core'
import { PROXIED_FLAG } from '../handlers/source-fallback.ts'

/** A change of one file, with the time that the receiver keeps. */
export interface FileChange {
  readonly name: string
  /** Unix seconds. */
  readonly timestamp: number
}

/** A small file that is new. */
export interface SmallFile extends FileChange {
  readonly content: Buffer
}

/** Statuses of a peer that are not failures. */
export type PeerAnswer = 'ok' | 'exists' | 'missing'

/** Commands of replication over one connection to a peer. Other statuses than those of PeerAnswer are thrown. */
export class PeerLink {
  readonly connection: Connection
  readonly #group: string
  /** Called with bytes of content as they leave, whether or not the peer takes them in the end. */
  readonly #onSent: (bytes: number) => void

  constructor(connection: Connection, group: string, onSent: (bytes: number) => void) {
    this.connection = connection
    this.#group = group
    this.#onSent = onSent
  }

  /** What is sent on this connection from now on tells the trackers how far the peer has come. */
  async identify(myId: string): Promise<void> {
    const row = storageCommands.reportServerId
    await this.connection.request({ command: row.code, head: row.request.encode({ id: myId }) })
  }

  async activeTest(): Promise<void> {
    await this.connection.request({ command: storageCommands.activeTest.code, head: Buffer.alloc(0) })
  }

  /** CREATE: a file that is there in this size stays; UPDATE: it is overwritten. */
  wholeFile(
    how: 'create' | 'update',
    change: FileChange,
    content: { size: number; body: RequestBody },
  ): Promise<PeerAnswer> {
    const row = how === 'create' ? storageCommands.syncCreateFile : storageCommands.syncUpdateFile
    const head = row.request.encode({ ...change, fileSize: content.size, group: this.#group })
    return this.#send({ command: row.code, head, body: content.body })
  }

  /** Cairn peers only: CREATE of many small files. Resolves with a status for each. */
  async manyFiles(files: readonly SmallFile[]): Promise<Buffer> {
    const row = storageCommands.syncCreateFiles
    const body = row.request.encode({ group: this.#group, files })
    const request = { command: row.code, head: Buffer.alloc(0), body, bodyIsAlwaysRead: true }
    const { statuses } = row.response.decode(await this.connection.request(request))
    this.#onSent(files.reduce((bytes, { content }) => bytes + content.length, 0))
    if (statuses.length === files.length) return statuses
    throw new ProtocolError(`${statuses.length} statuses for ${files.length} files`)
  }

  /** CREATE of a file that is known to be there: only its record is made, no content goes out. */
  confirm(change: FileChange, size: number): Promise<PeerAnswer> {
    const row = storageCommands.syncCreateFile
    const head = row.request.encode({ ...change, fileSize: size, group: this.#group })
    return this.#send({ command: row.code, status: Status.EEXIST, head })
  }

  range(
    how: 'append' | 'modify',
    change: FileChange,
    content: { offset: number; size: number; body: RequestBody },
  ): Promise<PeerAnswer> {
    const row = how === 'append' ? storageCommands.syncAppendFile : storageCommands.syncModifyFile
    const { offset, size, body } = content
    return this.#send({
      command: row.code,
      head: row.request.encode({ ...change, offset, size, group: this.#group }),
      body,
    })
  }

  truncate(change: FileChange, sizes: { oldSize: number; newSize: number }): Promise<PeerAnswer> {
    const row = storageCommands.syncTruncateFile
    return this.#send({ command: row.code, head: row.request.encode({ ...change, ...sizes, group: this.#group }) })
  }

  remove(change: FileChange): Promise<PeerAnswer> {
    const row = storageCommands.syncDeleteFile
    return this.#send({ command: row.code, head: row.request.encode({ ...change, group: this.#group }) })
  }

  rename(change: FileChange, oldName: string): Promise<PeerAnswer> {
    const row = storageCommands.syncRenameFile
    return this.#send({
      command: row.code,
      head: row.request.encode({ ...change, sourceName: oldName, group: this.#group }),
    })
  }

  /** Cairn peers only, see `deliver`. Taken as done, too, where the target is not. */
  async createLink(change: FileChange, target: string): Promise<void> {
    const row = storageCommands.syncCreateLink
    await this.#send({
      command: row.code,
      head: row.request.encode({ ...change, sourceName: target, group: this.#group }),
    })
  }

  /** Cairn peers only: everything up to this second has been delivered. */
  async watermark(timestamp: number): Promise<void> {
    const row = storageCommands.watermark
    await this.connection.request({ command: row.code, head: row.request.encode({ timestamp }) })
  }

  /** Bytes of a file at the peer, or null when it is not there. It must not ask back. */
  async sizeOf(name: string): Promise<number | null> {
    const row = storageCommands.queryFileInfo
    const head = row.request.encode({ group: this.#group, name })
    const status = FileInfoFlag.noCrc32 | FileInfoFlag.silent | PROXIED_FLAG
    try {
      return row.response.decode(await this.connection.request({ command: row.code, status, head })).size
    } catch (error) {
      if (error instanceof ServerError && error.status === Status.ENOENT) return null
      throw error
    }
  }

  close(): void {
    this.connection.close()
  }

  /** A rename that is done may be answered with an echo of the request: whatever comes is dropped. */
  async #send(request: { command: number; status?: number; head: Buffer; body?: RequestBody }): Promise<PeerAnswer> {
    let sent = 0
    const onProgress = (bytes: number) => {
      this.#onSent(bytes - sent)
      sent = bytes
    }
    try {
      await this.connection.request({ ...request, bodyIsAlwaysRead: true, onProgress })
      return 'ok'
    } catch (error) {
      if (error instanceof ServerError && error.status === Status.EEXIST) return 'exists'
      if (error instanceof ServerError && error.status === Status.ENOENT) return 'missing'
      throw error
    }
  }
}
