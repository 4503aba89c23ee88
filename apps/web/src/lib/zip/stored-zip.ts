import type { ZipItem as ItemRow } from '../../generated/prisma/client.ts'
import { db } from '../db.ts'
import { readStored } from '../read-stored.ts'
import type { ZipSnapshot } from './zip-snapshot.ts'
import type { ZipItem, ZipSource } from './zip-stream.ts'

const ITEMS_AT_ONCE = 500

/**
 * A list that lies in the database, its bytes in the file system: the second place where stored bytes pass this process
 * (the first is the proof of instant uploads).
 */
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
