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
import { type LinkContext, publishFile, writeOwnMetadata } from './part-link.ts'

const BLOCK_BYTES = 4 * 1024 * 1024

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
  const logged = findCreated(context.store.log, uploads)
  const done: string[] = []
  for (const upload of uploads) {
    const isFinished = await finishInterrupted(context, storePath, upload, logged)
    if (isFinished) ledger.confirm(upload.upl)
    else ledger.write({ kind: 'void', upl: upload.upl })
    done.push(`${isFinished ? 'finished' : 'gave up'} ${upload.fid} of upload ${upload.upl}`)
  }
  return done
}

async function finishInterrupted(
  context: LinkContext,
  storePath: StorePath,
  upload: FinishedUpload,
  logged: ReadonlySet<string>,
): Promise<boolean> {
  const { logicName } = splitFileId(upload.fid)
  const { path } = context.store.resolve(logicName)
  const part = partPaths(storePath, upload.upl)
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
  if (!logged.has(logicName) || !logged.has(logicName + METADATA_SUFFIX)) {
    writeOwnMetadata(path, upload)
    await publishFile(context, { path, folder: dirname(path), logicName, isSynced: false })
  }
  removeIfAny(part.part)
  removeIfAny(part.sidecar)
  return true
}

async function holds(path: string, { size, crc32 }: FinishedUpload): Promise<boolean> {
  const found = await crcOfFile(path)
  return found.size === size && found.crc32 === crc32
}

/** The names that have a C record, from the oldest position on that one of the uploads remembers. */
function findCreated(log: LogWriter, uploads: readonly FinishedUpload[]): Set<string> {
  const from = uploads
    .map((upload) => upload.binlog)
    .reduce((oldest, place) => (isBefore(place, oldest) ? place : oldest))
  const wanted = new Set(uploads.map((upload) => splitFileId(upload.fid).logicName))
  const found = new Set<string>()
  for (const line of linesFrom(log, from)) {
    const [, op, name = ''] = line.split(' ')
    const owner = name.endsWith(METADATA_SUFFIX) ? name.slice(0, -METADATA_SUFFIX.length) : name
    if (op === 'C' && wanted.has(owner)) found.add(name)
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
