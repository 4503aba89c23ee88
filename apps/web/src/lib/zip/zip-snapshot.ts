import { createHash } from 'node:crypto'
import { Prisma } from '../../generated/prisma/client.ts'
import { addressKey } from '../address-key.ts'
import { type AttemptLimit, requireAttempts } from '../attempts.ts'
import { db, type Transaction } from '../db.ts'
import { newUploadId } from '../public-id.ts'
import { ZipMeasure, type ZipTotals } from './layout.ts'
import { readZipTree, type ZipTreeEntry } from './zip-tree.ts'

/** As long as a visitor's grant: within a day a download goes on over the same list. */
const SNAPSHOT_HOURS = 24
const ROWS_AT_ONCE = 5000
const BUILD_TIMEOUT_MS = 60_000
const HOURS_MS = 3_600_000

/** A list stays for a day, whether anybody reads it or not; visitors of links need not even be signed in. */
const LISTED: AttemptLimit = { name: 'zip-entries', max: 2_000_000, windowSeconds: SNAPSHOT_HOURS * 60 * 60 }

/** Whose ZIP it is: of a person's own drive, or of one visitor of a link, who came from this address. */
type ZipReader = { ownerId: string } | { shareId: bigint; visitorHash: Buffer; address: string }

export interface ZipSnapshot extends ZipTotals {
  id: string
  /** What a download of it counts as, for limits. */
  target: string
  name: string
  expiresAt: Date
}

/** The same selection has the same name here, however often its list is made. */
export function zipTarget(publicIds: readonly string[]): string {
  const hash = createHash('sha256')
  for (const id of publicIds.toSorted()) hash.update(`${id}\n`)
  return `zip:${hash.digest('base64url')}`
}

interface Wanted {
  reader: ZipReader
  /** Entries of one owner, to be seen and not in trash. */
  topIds: readonly bigint[]
  target: string
  /** The file's name without its ending. */
  name: string
}

/** One state of the tree, however many queries read it. Nothing is written here, so nothing can be in its way. */
function readTree(topIds: readonly bigint[]): Promise<ZipTreeEntry[]> {
  const isolationLevel = Prisma.TransactionIsolationLevel.RepeatableRead
  return db().$transaction((tx) => readZipTree(tx, topIds), { isolationLevel, timeout: BUILD_TIMEOUT_MS })
}

/**
 * Writes down what a ZIP will hold, as it is at this moment. Returns the id that its address has. Throws
 * too_many_attempts for more than two million entries a day, of a person or of an address.
 */
export async function makeZipSnapshot({ reader, topIds, target, name }: Wanted): Promise<string> {
  const id = newUploadId()
  const entries = await readTree(topIds)
  await requireAttempts(LISTED, entries.length, 'ownerId' in reader ? reader.ownerId : addressKey(reader.address))
  const measure = new ZipMeasure()
  const places = entries.map((entry) => measure.add(entry))
  const rows = entries.map((entry, ordinal) => rowOf(entry, ordinal, places[ordinal]))
  const totals = measure.totals()
  await db().$transaction(
    async (tx) => {
      await tx.zipSnapshot.create({
        data: {
          id,
          ...('ownerId' in reader
            ? { ownerId: reader.ownerId }
            : { shareId: reader.shareId, visitorHash: Uint8Array.from(reader.visitorHash) }),
          target,
          name: `${name}.zip`,
          entries: totals.entries,
          directoryAt: BigInt(totals.directoryAt),
          directorySize: BigInt(totals.directorySize),
          expiresAt: new Date(Date.now() + SNAPSHOT_HOURS * HOURS_MS),
        },
      })
      for (let first = 0; first < rows.length; first += ROWS_AT_ONCE) {
        await insertItems(tx, id, rows.slice(first, first + ROWS_AT_ONCE))
      }
    },
    { timeout: BUILD_TIMEOUT_MS },
  )
  return id
}

function rowOf(entry: ZipTreeEntry, ordinal: number, place: { localAt: number; centralAt: number } | undefined) {
  return {
    ordinal,
    path: entry.path,
    file_id: entry.fileId,
    size: String(entry.size),
    crc32: String(entry.crc32),
    modified_at: entry.modifiedAt,
    local_at: String(place?.localAt),
    central_at: String(place?.centralAt),
  }
}

async function insertItems(tx: Transaction, snapshotId: string, rows: readonly object[]): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO zip_item (snapshot_id, ordinal, path, file_id, size, crc32, modified_at, local_at, central_at)
    SELECT ${snapshotId}, ordinal, path, file_id, size, crc32, modified_at, local_at, central_at
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(
      ordinal int, path text, file_id text, size bigint, crc32 bigint, modified_at timestamptz,
      local_at bigint, central_at bigint)`
}

export interface FoundZip {
  ownerId: string | null
  shareId: bigint | null
  visitorHash: Uint8Array | null
  snapshot: ZipSnapshot
}

/** A list that has not expired, and whose it is. */
export async function findZipSnapshot(id: string): Promise<FoundZip | undefined> {
  const row = await db().zipSnapshot.findUnique({ where: { id } })
  if (!row || row.expiresAt.getTime() < Date.now()) return undefined
  const { ownerId, shareId, visitorHash, target, name, entries, directoryAt, directorySize, expiresAt } = row
  const totals = { entries, directoryAt: Number(directoryAt), directorySize: Number(directorySize) }
  return { ownerId, shareId, visitorHash, snapshot: { id, target, name, expiresAt, ...totals } }
}

/** Housekeeping of the worker: lists that nobody can ask for any more. */
export async function forgetZipSnapshots(): Promise<number> {
  return (await db().zipSnapshot.deleteMany({ where: { expiresAt: { lt: new Date() } } })).count
}
