import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { readlink } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { BinlogLineError, type BinlogRecord, formatRecord, parseLine, sourceOp } from '../engine/binlog.ts'
import { hexByte } from '../engine/logic-name.ts'
import { type BinlogPosition, binlogPath } from './binlog-files.ts'
import { lstatByPace, openPathByPace, removeByPace } from './by-pace.ts'
import type { FileStore } from './file-store.ts'
import { readLines } from './read-lines.ts'
import type { StorePath } from './store-path.ts'

/** A file without a name: lines of the log, then 8 bytes with the number of their bytes. */
export interface PathCatalogue {
  readonly fd: number
  readonly length: number
}

const NAME_LENGTH_OF_TRUNK_FILES = 60

/**
 * What a member that lost a disk needs to know (internals §8): the lines of the whole log that made files of one store
 * path, as far as these files are still here. A name that was given by a rename counts as created.
 */
export async function writePathCatalogue(store: FileStore, storePath: StorePath): Promise<PathCatalogue> {
  const path = store.temporaryPath(storePath)
  let length = 0
  async function* content(): AsyncGenerator<Buffer> {
    for await (const record of recordsOf(store, storePath)) {
      const line = Buffer.from(formatRecord(record), 'latin1')
      length += line.length
      yield line
    }
    const trailer = Buffer.alloc(8)
    trailer.writeBigInt64BE(BigInt(length))
    length += trailer.length
    yield trailer
  }
  try {
    await pipeline(Readable.from(content()), createWriteStream(path, { flags: 'wx' }))
    return { fd: await openPathByPace(storePath.lane, path, 'r'), length }
  } finally {
    await removeByPace(storePath.lane, path)
  }
}

async function* recordsOf(store: FileStore, storePath: StorePath): AsyncGenerator<BinlogRecord> {
  const prefix = `M${hexByte(storePath.index)}/`
  const end = store.log.position()
  for (let index = 0; index <= end.index; index += 1) {
    for await (const line of linesOf(store, index, end)) {
      const record = parseWhole(line)
      if (record === null || !'CLR'.includes(sourceOp(record.op)) || !record.name.startsWith(prefix)) continue
      const present = await asPresent(store, storePath, record)
      if (present !== null) yield present
    }
  }
}

/** One file of the log; an old one may be compressed, as C storages do it. */
function linesOf(store: FileStore, index: number, end: BinlogPosition): AsyncIterable<string> {
  const { folder } = store.log
  const path = binlogPath(folder, index)
  if (existsSync(path)) {
    if (index === end.index && end.offset === 0) return readLines(Readable.from([]))
    const range = index === end.index ? { end: end.offset - 1 } : {}
    return readLines(createReadStream(path, range))
  }
  if (!existsSync(`${path}.gz`)) throw new Error(`${path} is missing: what it recorded cannot be told`)
  const gunzip = createGunzip()
  // What fails on the way comes out of the end that is read.
  pipeline(createReadStream(`${path}.gz`), gunzip).catch((error: Error) => gunzip.destroy(error))
  return readLines(gunzip)
}

/** A damaged line names no file. */
function parseWhole(line: string): BinlogRecord | null {
  try {
    return parseLine(line)
  } catch (error) {
    if (error instanceof BinlogLineError) return null
    throw error
  }
}

/** The record as what stands under its name now would make it: C or L. Null when nothing does. */
async function asPresent(store: FileStore, storePath: StorePath, record: BinlogRecord): Promise<BinlogRecord | null> {
  const isReplica = record.op >= 'a'
  const path = `${storePath.dataDir}/${record.name.slice(4)}`
  const created: BinlogRecord = { ...record, op: isReplica ? 'c' : 'C', extra: '' }
  // Files in trunk files are not looked for: they come with the trunk file.
  if (record.name.length === NAME_LENGTH_OF_TRUNK_FILES) return created
  const { lane } = storePath
  const stat = await lstatByPace(lane, path)
  if (stat === null) return null
  if (!stat.isSymbolicLink()) return created
  const target = logicNameOf(store, resolve(dirname(path), await lane.run(() => readlink(path))))
  return target === null ? created : { ...record, op: isReplica ? 'l' : 'L', extra: target }
}

/** Null for a path outside of all store paths. */
function logicNameOf({ storePaths }: FileStore, path: string): string | null {
  const storePath = storePaths.find(({ dataDir }) => path.startsWith(`${dataDir}/`))
  return storePath === undefined ? null : `M${hexByte(storePath.index)}/${path.slice(storePath.dataDir.length + 1)}`
}
