import { createHash } from 'node:crypto'
import { addressOf, ConnectionError, ServerError } from '@cairn/dfs-core'
import { askMembers, type MemberCopy } from '../features/drive/copies.ts'
import { db } from '../lib/db.ts'
import { dfs } from '../lib/dfs.ts'
import type { CheckedCopy } from '../lib/entry-details.ts'
import { log } from '../lib/log.ts'

const LEASE_SECONDS = 60
const PROGRESS_MS = 500
/** Read twice within a second or two. */
const QUICK_BYTES_MAX = 64_000_000

interface Due {
  id: bigint
  fileId: string
  size: bigint
  sha256: Uint8Array
}

/** Somebody cancelled it, or the content is gone. */
class Ended extends Error {}

/** Reads and hashes every copy of the content that somebody wants to be sure of. Returns how many were checked. */
export async function runVerifications(sizeMax = Number.MAX_SAFE_INTEGER): Promise<number> {
  let count = 0
  for (let due = await claim(sizeMax); due; due = await claim(sizeMax)) {
    await verify(due)
    count += 1
  }
  return count
}

/** The same beside it for small files alone: nobody waits for minutes behind another's film. */
export function runQuickVerifications(): Promise<number> {
  return runVerifications(QUICK_BYTES_MAX)
}

async function claim(sizeMax: number): Promise<Due | undefined> {
  const rows = await db().$queryRaw<Due[]>`
    UPDATE verification v SET state = 'running', started_at = now(), done_bytes = 0,
      not_before = now() + make_interval(secs => ${LEASE_SECONDS})
    FROM blob b
    WHERE b.id = v.blob_id AND v.id = (
      SELECT due.id FROM verification due JOIN blob of ON of.id = due.blob_id AND of.size <= ${sizeMax}
      WHERE due.state IN ('waiting', 'running') AND due.not_before <= now()
      ORDER BY due.not_before LIMIT 1 FOR UPDATE OF due SKIP LOCKED)
    RETURNING v.id, b.file_id AS "fileId", b.size, b.sha256`
  return rows[0]
}

async function verify({ id, fileId, size, sha256 }: Due): Promise<void> {
  const progress = new Progress(id)
  const copies: CheckedCopy[] = []
  try {
    for (const copy of await askMembers({ fileId, size: Number(size) })) {
      const result = await check(copy, { fileId, sha256, progress })
      copies.push({ storageId: copy.member.storageId, result })
    }
    await db().$executeRaw`
      UPDATE verification SET state = 'done', finished_at = now(), done_bytes = ${progress.bytes},
        copies = ${JSON.stringify(copies)}::jsonb
      WHERE id = ${id} AND state = 'running'`
  } catch (error) {
    if (error instanceof Ended) return
    // The lease runs out, and another worker tries again.
    log().error({ err: error, verificationId: String(id) }, 'a verification broke off')
  }
}

interface Wanted {
  fileId: string
  sha256: Uint8Array
  progress: Progress
}

async function check({ member, state }: MemberCopy, wanted: Wanted): Promise<CheckedCopy['result']> {
  if (state !== 'whole') return state
  const hash = createHash('sha256')
  try {
    const { stream } = await dfs().storage(addressOf(member)).download(wanted.fileId)
    for await (const chunk of stream) {
      hash.update(chunk)
      await wanted.progress.add(chunk.length)
    }
  } catch (error) {
    if (error instanceof ConnectionError || error instanceof ServerError) return 'unreachable'
    throw error
  }
  return hash.digest().equals(wanted.sha256) ? 'matches' : 'differs'
}

/** Says twice a second how far a check is, and notices when nobody wants it any more. */
class Progress {
  bytes = 0
  readonly #id: bigint
  #saidAt = Date.now()

  constructor(id: bigint) {
    this.#id = id
  }

  async add(bytes: number): Promise<void> {
    this.bytes += bytes
    if (Date.now() - this.#saidAt < PROGRESS_MS) return
    this.#saidAt = Date.now()
    const changed = await db().$executeRaw`
      UPDATE verification SET done_bytes = ${this.bytes},
        not_before = now() + make_interval(secs => ${LEASE_SECONDS})
      WHERE id = ${this.#id} AND state = 'running'`
    if (changed === 0) throw new Ended('cancelled')
  }
}
