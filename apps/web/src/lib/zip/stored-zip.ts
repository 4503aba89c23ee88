import { ConnectionError } from '@cairn/dfs-core'
import type { ZipItem as ItemRow } from '../../generated/prisma/client.ts'
import { db } from '../db.ts'
import { dfs } from '../dfs.ts'
import { log } from '../log.ts'
import type { ZipSnapshot } from './zip-snapshot.ts'
import type { ZipItem, ZipSource } from './zip-stream.ts'

const ITEMS_AT_ONCE = 500
const READ_ATTEMPTS = 3

/** A list that lies in the database, its bytes in the file system. */
export function storedZip(snapshot: ZipSnapshot): ZipSource {
  return {
    totals: snapshot,
    items: (fromOrdinal) => readItems(snapshot.id, fromOrdinal),
    ordinalAtLocal: (offset) => ordinalAt(snapshot.id, 'localAt', offset),
    ordinalAtCentral: (offset) => ordinalAt(snapshot.id, 'centralAt', offset),
    read: readStored,
  }
}

async function* readItems(snapshotId: string, fromOrdinal: number): AsyncGenerator<ZipItem> {
  for (let first = fromOrdinal; ; first += ITEMS_AT_ONCE) {
    const rows = await db().zipItem.findMany({
      where: { snapshotId, ordinal: { gte: first, lt: first + ITEMS_AT_ONCE } },
      orderBy: { ordinal: 'asc' },
    })
    yield* rows.map(itemOf)
    if (rows.length < ITEMS_AT_ONCE) return
  }
}

function itemOf({ ordinal, path, fileId, size, crc32, modifiedAt, localAt, centralAt }: ItemRow): ZipItem {
  const numbers = { size: Number(size), crc32: Number(crc32), localAt: Number(localAt), centralAt: Number(centralAt) }
  return { ordinal, path, fileId, modifiedAt, ...numbers }
}

async function ordinalAt(snapshotId: string, place: 'localAt' | 'centralAt', offset: number): Promise<number> {
  const row = await db().zipItem.findFirst({
    where: { snapshotId, [place]: { lte: BigInt(offset) } },
    orderBy: { [place]: 'desc' },
    select: { ordinal: true },
  })
  return row?.ordinal ?? 0
}

/**
 * The second place where stored bytes pass this process (the first is the proof of instant uploads). A storage that
 * goes away in the middle is followed by another one that has the file, from the byte where it stopped.
 */
async function* readStored(fileId: string, offset: number, length: number): AsyncGenerator<Uint8Array> {
  let sent = 0
  for (let attempt = 1; sent < length; attempt += 1) {
    try {
      const { stream } = await dfs().download(fileId, { offset: offset + sent, length: length - sent })
      // Leaving the loop early destroys the stream, and with it the connection.
      for await (const chunk of stream) {
        sent += chunk.length
        yield chunk
      }
      return
    } catch (error) {
      if (!(error instanceof ConnectionError) || attempt === READ_ATTEMPTS) throw error
      log().warn({ err: error, fileId, sent }, 'a storage went away during a ZIP; trying another')
    }
  }
}
