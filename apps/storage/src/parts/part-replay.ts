import { closeSync, existsSync, fstatSync, linkSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { splitFileId } from '@cairn/dfs-core'
import { makeFolder, removeIfAny } from '../disk/atomic-file.ts'
import { type BinlogPosition, binlogPath, readBlock } from '../disk/binlog-files.ts'
import { crcOfFile } from '../disk/file-crc.ts'
import type { LogWriter } from '../disk/log-writer.ts'
import { METADATA_SUFFIX } from '../disk/metadata-file.ts'
import type { StorePath } from '../disk/store-path.ts'
import type { FinishedUpload } from './ledger-line.ts'
import { partPaths } from './part-files.ts'
import type { PartLedger } from './part-ledger.ts'
import { holdsOwnMetadata, type LinkContext, makeDurable, publishFile, writeOwnMetadata } from './part-link.ts'

const BLOCK_BYTES = 4 * 1024 * 1024
/** So many are told one by one: a storage that is killed among small files has hundreds of them. */
const TOLD_MAX = 10

export interface ReplayPlace {
  storePath: StorePath
  ledger: PartLedger
}

/**
 * Brings every upload to its end that a crash stopped between its ledger line and the confirmation of its C record. The intended name in
 * the line makes this repeatable: however often it is interrupted, one file under one name comes out, or nothing.
 * Returns what was done, for the log.
 */
export async function replayLedger(context: LinkContext, { storePath, ledger }: ReplayPlace): Promise<string[]> {
  const uploads = ledger.interrupted()
  if (uploads.length === 0) return []
  const logged = findRecords(context.store.log, uploads)
  const done: string[] = []
  for (const upload of uploads) {
    const isFinished = await finishInterrupted(context, storePath, upload, logged)
    if (isFinished) ledger.confirm([upload.upl])
    else ledger.write({ kind: 'void', upl: upload.upl })
    done.push(`${isFinished ? 'finished' : 'gave up'} ${upload.fid} of upload ${upload.upl}`)
  }
  const left = done.length - TOLD_MAX
  return left > 0 ? [...done.slice(0, TOLD_MAX), `and ${left} more uploads that were interrupted like these`] : done
}

async function finishInterrupted(
  context: LinkContext,
  storePath: StorePath,
  upload: FinishedUpload,
  logged: ReadonlyMap<string, number>,
): Promise<boolean> {
  const { logicName } = splitFileId(upload.fid)
  const { path } = context.store.resolve(logicName)
  const part = partPaths(storePath, upload.upl)
  // Its records came behind the whole file. If that is no more, it was deleted since.
  const isLogged = logged.has(logicName) && logged.has(logicName + METADATA_SUFFIX)
  if (isLogged && !existsSync(path)) return true
  if (!existsSync(path) && existsSync(part.part) && (await holds(part.part, upload))) {
    makeFolder(dirname(path))
    linkSync(part.part, path)
  }
  const isWhole = existsSync(path) && (await holds(path, upload))
  if (!isWhole) {
    // A body that was being written when the process died. Its record cannot exist: that comes behind the whole file.
    removeIfAny(path + METADATA_SUFFIX)
    removeIfAny(path)
    return false
  }
  if (!isLogged) {
    writeOwnMetadata(path, upload)
    await publishFile(context, { storePath, path, folder: dirname(path), logicName, isSynced: false })
  } else if (logged.get(logicName + METADATA_SUFFIX) === 1 && !holdsOwnMetadata(path, upload)) {
    // Not changed since, so a power loss took it: it is made durable after its record.
    writeOwnMetadata(path, upload)
    await makeDurable(context, { storePath, path, folder: dirname(path), isSynced: true })
  }
  removeIfAny(part.part)
  removeIfAny(part.sidecar)
  return true
}

async function holds(path: string, { size, crc32 }: FinishedUpload): Promise<boolean> {
  const found = await crcOfFile(path)
  return found.size === size && found.crc32 === crc32
}

/** How many records the names of the uploads and their metadata files have, from the oldest position on that one of them remembers. */
function findRecords(log: LogWriter, uploads: readonly FinishedUpload[]): Map<string, number> {
  const from = uploads
    .map((upload) => upload.binlog)
    .reduce((oldest, place) => (isBefore(place, oldest) ? place : oldest))
  const wanted = new Set(uploads.map((upload) => splitFileId(upload.fid).logicName))
  const found = new Map<string, number>()
  for (const line of linesFrom(log, from)) {
    const [, op = '', name = ''] = line.split(' ')
    const owner = name.endsWith(METADATA_SUFFIX) ? name.slice(0, -METADATA_SUFFIX.length) : name
    const isChange = op === 'C' || op === 'U' || op === 'D'
    if (isChange && wanted.has(owner)) found.set(name, (found.get(name) ?? 0) + 1)
  }
  return found
}

function isBefore(a: BinlogPosition, b: BinlogPosition): boolean {
  return a.index < b.index || (a.index === b.index && a.offset < b.offset)
}

function* linesFrom(log: LogWriter, from: BinlogPosition): Generator<string> {
  const end = log.position()
  for (let index = from.index; index <= end.index; index += 1) {
    const path = binlogPath(log.folder, index)
    if (existsSync(path)) yield* linesOfFile(path, index === from.index ? from.offset : 0)
  }
}

function* linesOfFile(path: string, start: number): Generator<string> {
  const fd = openSync(path, 'r')
  try {
    const { size } = fstatSync(fd)
    let rest = ''
    for (let offset = start; offset < size; offset += BLOCK_BYTES) {
      const block = readBlock(fd, offset, Math.min(BLOCK_BYTES, size - offset))
      const lines = (rest + block.toString('latin1')).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
  } finally {
    closeSync(fd)
  }
}
