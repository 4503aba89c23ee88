import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { DfsClient, ServerError, Status } from '@cairn/dfs-core'
import { TusSender } from './tus-sender.ts'
import type { DriveStorage, UploadDrive } from './upload-drive.ts'

const PIECE_BYTES = 256 * 1024
const PIECES = 4
const ROUNDS = 3
const COPIED_WITHIN_MS = 120_000
const POLL_MS = 50
const COMPARED_AT_ONCE = 8

interface StoredFile {
  fileId: string
  sha256: string
}

/**
 * Uploads of many browsers at once to one storage, each on a connection of its own; then every file is read back from
 * every member of the group. Any failure ends the bench with its error. The storage's memory is told after each round.
 */
export async function benchParallelUploads(drive: UploadDrive, browsers: number): Promise<void> {
  const [storage] = drive.storages
  if (storage === undefined) throw new Error('the drive has no storage')
  const shared = randomBytes(PIECE_BYTES)
  const megabytes = (browsers * PIECES * PIECE_BYTES) / 1e6
  process.stdout.write(
    `${browsers} uploads of 1 MiB at once to one storage; before them its memory is ${memoryOf(storage)} MB\n`,
  )
  for (let round = 1; round <= ROUNDS; round += 1) {
    const startedAt = performance.now()
    const files = await Promise.all(Array.from({ length: browsers }, () => uploadOne(drive, storage, shared)))
    const seconds = (performance.now() - startedAt) / 1000
    const compared = await compareEverywhere(drive, files)
    process.stdout.write(
      `  round ${round}: ${files.length} stored in ${seconds.toFixed(1)} s (${(megabytes / seconds).toFixed(0)} MB/s), ` +
        `${compared} copies compared, memory ${memoryOf(storage)} MB\n`,
    )
  }
}

/** Its first bytes are its own, so that no two files are the same. */
async function uploadOne(drive: UploadDrive, storage: DriveStorage, shared: Buffer): Promise<StoredFile> {
  const sender = new TusSender(drive, storage, PIECES * PIECE_BYTES)
  const first = Buffer.concat([randomBytes(64), shared.subarray(64)])
  const hash = createHash('sha256').update(first)
  await sender.create()
  await sender.send(first)
  for (let piece = 1; piece < PIECES; piece += 1) {
    hash.update(shared)
    await sender.send(shared)
  }
  const stored = await sender.receipt()
  sender.close()
  const sha256 = hash.digest('hex')
  if (stored.sha256 !== sha256) throw new Error(`${stored.fileId} is stored with another content`)
  return stored
}

async function compareEverywhere(drive: UploadDrive, files: readonly StoredFile[]): Promise<number> {
  const client = new DfsClient({ trackers: drive.trackers })
  const deadline = Date.now() + COPIED_WITHIN_MS
  const open = drive.storages.flatMap((storage) => files.map((file) => ({ storage, file })))
  const count = open.length
  const compare = async () => {
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const content = await readCopy(client, next.storage, next.file.fileId, deadline)
      const sha256 = createHash('sha256').update(content).digest('hex')
      if (sha256 !== next.file.sha256) throw new Error(`${next.file.fileId} is another one at ${next.storage.id}`)
    }
  }
  try {
    await Promise.all(Array.from({ length: COMPARED_AT_ONCE }, compare))
  } finally {
    client.close()
  }
  return count
}

/** The file as this member has it; waits until it was copied there. */
async function readCopy(client: DfsClient, storage: DriveStorage, fileId: string, deadline: number): Promise<Buffer> {
  for (;;) {
    try {
      return await client.storage(storage.address).downloadBuffer(fileId)
    } catch (error) {
      const isMissing = error instanceof ServerError && error.status === Status.ENOENT
      if (!isMissing || Date.now() > deadline) throw error
      await sleep(POLL_MS)
    }
  }
}

/** Resident memory in MB. */
function memoryOf({ pid }: DriveStorage): string {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return (Number(kilobytes) / 1000).toFixed(0)
}
