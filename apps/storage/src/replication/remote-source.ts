import { createWriteStream, openSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { type ConnectionPool, type Download, FileInfoFlag, formatAddress, storageCommands } from '@cairn/dfs-core'
import { removeIfAny } from '../disk/atomic-file.ts'
import type { FileStore, ResolvedName } from '../disk/file-store.ts'
import type { Member } from '../engine/members.ts'
import { type ByteRange, PROXIED_FLAG, type RemoteSource } from '../handlers/source-fallback.ts'

/** Downloads that are fetched from other members at once; more are answered as if nobody had the file. */
const FETCHES_MAX = 32

export interface RemoteSourceOptions {
  readonly store: FileStore
  readonly pool: ConnectionPool
}

/** Files of other members, for readers who come before replication does. */
export function createRemoteSources({ store, pool }: RemoteSourceOptions): (member: Member) => RemoteSource | null {
  let fetches = 0

  const ask = (member: Member, row: { code: number }, request: { status: number; head: Buffer }) =>
    pool.request(formatAddress(member.ip, member.port), { command: row.code, ...request }, true)

  const download = async (member: Member, name: ResolvedName, { offset, length }: ByteRange) => {
    const row = storageCommands.downloadFile
    const head = row.request.encode({ offset, size: length, group: store.group, name: name.logicName })
    const answer = await pool.download(formatAddress(member.ip, member.port), {
      command: row.code,
      status: PROXIED_FLAG,
      head,
      ...(length > 0 && { responseMax: length }),
    })
    return await spool(store, name, answer)
  }

  return (member) => {
    if (fetches >= FETCHES_MAX) return null
    return {
      metadata(logicName) {
        const row = storageCommands.getMetadata
        return ask(member, row, {
          status: PROXIED_FLAG,
          head: row.request.encode({ group: store.group, name: logicName }),
        })
      },
      fileInfo(logicName, flags) {
        const row = storageCommands.queryFileInfo
        const status = PROXIED_FLAG | (flags & (FileInfoFlag.noCrc32 | FileInfoFlag.silent))
        return ask(member, row, { status, head: row.request.encode({ group: store.group, name: logicName }) })
      },
      async download(name, range) {
        fetches += 1
        try {
          return await download(member, name, range)
        } finally {
          fetches -= 1
        }
      },
    }
  }
}

/** The answer's length must be known before its first byte leaves, so it is gathered in a file that has no name. */
async function spool(store: FileStore, name: ResolvedName, answer: Download): Promise<{ fd: number; length: number }> {
  const path = store.temporaryPath(name.storePath)
  try {
    await pipeline(answer.stream, createWriteStream(path, { flags: 'wx' }))
    return { fd: openSync(path, 'r'), length: answer.size }
  } finally {
    removeIfAny(path)
  }
}
