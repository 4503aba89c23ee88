import { createHash } from 'node:crypto'
import { closeSync, open, openSync, unlinkSync, write } from 'node:fs'
import { unlink } from 'node:fs/promises'
import { promisify } from 'node:util'
import { crc32 as crc32Of } from '@cairn/dfs-core'
import { SNIFF_BYTES, sniffContentType } from '@cairn/dfs-http'
import type { NewPart } from '@cairn/dfs-tus'
import { removeIfAny, writeAll } from '../disk/atomic-file.ts'
import { WHOLE_BODY_BYTES_MAX } from '../disk/body-buffers.ts'
import { synced } from '../disk/group-sync.ts'
import type { LogWriter } from '../disk/log-writer.ts'
import { METADATA_SUFFIX } from '../disk/metadata-file.ts'
import type { NewName } from '../disk/new-name.ts'
import type { StorePath } from '../disk/store-path.ts'
import type { FinishedUpload } from './ledger-line.ts'
import type { PartLedger } from './part-ledger.ts'
import { type LinkContext, writeOwnMetadataByPace } from './part-link.ts'

/** Content up to this size that comes whole with its creation is never a part: it goes from memory to its final name. */
export const WHOLE_UPLOAD_MAX = WHOLE_BODY_BYTES_MAX

const openAt = promisify(open)
const writeAt = promisify(write)

/**
 * Makes a normal file of a body that is whole in memory (D3). Everything is written in one go, but on a slow disk: ledger
 * line, file, metadata file. Then one round makes file, folder entry and ledger durable, shared with all who wait; then
 * the C records are written, and the upload may be acknowledged. The records and the metadata file need not be durable
 * yet: until they are, the ledger does not say that they are there, and the next start after a power loss makes them
 * anew from the ledger line.
 */
export async function storeWhole(
  context: LinkContext,
  ledger: PartLedger,
  { storePath, part, content }: { storePath: StorePath; part: NewPart; content: Buffer },
): Promise<FinishedUpload> {
  const ct = await sniffContentType(content.subarray(0, SNIFF_BYTES))
  const { name, finished, fd } = await placeWhole(context, ledger, { storePath, part, content, ct })
  try {
    const { sync } = context
    const items = [{ lane: storePath.lane, file: fd, folder: name.folder }, ledger.syncItem]
    if (sync !== null) await Promise.all(items.map((item) => synced(sync, item)))
    await appendRecords(context.store.log, name.logicName)
  } catch (error) {
    removeIfAny(name.path + METADATA_SUFFIX)
    context.store.forget(name)
    throw error
  } finally {
    closeSync(fd)
  }
  context.step('logged')
  context.late.add(ledger, { upl: part.upl, metadataPath: name.path + METADATA_SUFFIX })
  context.step('confirmed')
  return finished
}

interface WholeContent {
  storePath: StorePath
  part: NewPart
  content: Buffer
  ct: string
}

/** The descriptor of the file stays open for the sync. What is half done when this throws is taken back. */
async function placeWhole(
  { store, durability, step }: LinkContext,
  ledger: PartLedger,
  { storePath, part, content, ct }: WholeContent,
): Promise<{ name: NewName; finished: FinishedUpload; fd: number }> {
  const { upl, ep, ext, own, ent } = part
  const size = content.length
  const crc32 = crc32Of(content)
  const sha256 = createHash('sha256').update(content).digest('hex')
  const binlog = store.log.position()
  const dur = durability
  const finishedAs = ({ fileId: fid, timestamp: at }: NewName): FinishedUpload => {
    return { upl, ep, fid, size, crc32, sha256, head: sha256, ct, dur, at, own, ent, binlog }
  }
  let fd = -1
  const { lane } = storePath
  const name = await store.names.takeLater({ storePath, size, crc32, ext }, async (drawn) => {
    await ledger.writeByPace({ kind: 'finished', upload: finishedAs(drawn) })
    step('ledger')
    fd = await lane.call(
      () => createFile(drawn.path, content),
      () => createFileLater(drawn.path, content),
    )
  })
  try {
    step('placed')
    await writeOwnMetadataByPace(name, { own, ent })
    step('metadata')
    return { name, finished: finishedAs(name), fd }
  } catch (error) {
    closeSync(fd)
    store.forget(name)
    throw error
  }
}

/** Throws EEXIST when the name is taken; a failed write leaves nothing. */
function createFile(path: string, content: Buffer): number {
  const fd = openSync(path, 'wx', 0o644)
  try {
    writeAll(fd, content)
    return fd
  } catch (error) {
    closeSync(fd)
    unlinkSync(path)
    throw error
  }
}

async function createFileLater(path: string, content: Buffer): Promise<number> {
  const fd = await openAt(path, 'wx', 0o644)
  try {
    for (let at = 0; at < content.length; ) at += (await writeAt(fd, content, at)).bytesWritten
    return fd
  } catch (error) {
    closeSync(fd)
    await unlink(path)
    throw error
  }
}

/** Of the content, then of its metadata file. */
function appendRecords(log: LogWriter, logicName: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let failed: Error | undefined
    log.append('C', logicName, (error) => {
      failed = error
    })
    log.append('C', logicName + METADATA_SUFFIX, (error = failed) => {
      if (error === undefined) resolve()
      else reject(error)
    })
  })
}
