import { linkSync } from 'node:fs'
import { link } from 'node:fs/promises'
import { encodeMetadata } from '@cairn/dfs-core'
import type { UploadFacts } from '@cairn/dfs-tus'
import {
  isErrno,
  makeFolder,
  makeFolderLater,
  readFileIfAny,
  removeIfAny,
  removeIfAnyLater,
  writeNewFile,
  writeNewFileLater,
} from '../disk/atomic-file.ts'
import type { FileStore } from '../disk/file-store.ts'
import { type Durability, type GroupSync, type SyncItem, synced } from '../disk/group-sync.ts'
import { METADATA_SUFFIX } from '../disk/metadata-file.ts'
import type { NewName } from '../disk/new-name.ts'
import type { StorePath } from '../disk/store-path.ts'
import type { LateConfirmations } from './late-confirmations.ts'
import type { FinishedUpload } from './ledger-line.ts'
import type { PartLedger } from './part-ledger.ts'

/** The steps of finishing, in their order; a crash may come behind each of them. */
export type FinishStep = 'hashed' | 'ledger' | 'placed' | 'metadata' | 'logged' | 'confirmed' | 'removed'

export interface LinkContext {
  store: FileStore
  durability: Durability
  /** null when nothing is synced. */
  sync: GroupSync | null
  late: LateConfirmations
  /** Called behind each step; tests end the process there. */
  step(step: FinishStep): void
}

export interface CompleteUpload extends UploadFacts {
  upl: string
  ep: number
  ext: string
  own: string
  ent: string
  size: number
  crc32: number
  sha256: string
  head: string
  ct: string
  storePath: StorePath
  /** The complete part, on the same file system as its final place. */
  path: string
  /** Lets the member that has a copy make the same file, before the record that would send it there. */
  commitCopy(finished: FinishedUpload): Promise<void>
}

/** Names that were taken between drawing and placing are met with another one, so often at most. */
const NAME_TRIES_MAX = 10

/**
 * Makes a complete part a normal file (D3): ledger line with the intended name, the file under this name, its metadata file, C records,
 * in this order. The line comes first, durable where the durability mode says so: whatever a crash leaves behind has a name that the next
 * start finds there. The metadata follow the file because only link(2) can tell that the name is nobody else's; until the C
 * record no reader knows it. The content is left where it is.
 */
export async function linkUpload(
  context: LinkContext,
  ledger: PartLedger,
  upload: CompleteUpload,
): Promise<FinishedUpload> {
  const { store } = context
  const { upl, size, crc32, ext, storePath, metadata, concat } = upload
  if (metadata !== '' || concat !== '')
    await ledger.writeByPace({ kind: 'described', upl, facts: { metadata, concat } })
  for (let tries = 0; tries < NAME_TRIES_MAX; tries += 1) {
    const name = await store.drawName({ storePath, size, crc32, ext })
    let isPlaced = false
    try {
      const finished = finishedUpload(context, upload, name)
      await ledger.append({ kind: 'finished', upload: finished })
      context.step('ledger')
      await placePart(name, upload.path)
      isPlaced = true
      context.step('placed')
      await writeOwnMetadataByPace(name, finished)
      context.step('metadata')
      await upload.commitCopy(finished)
      await publishFile(context, { ...name, isSynced: true })
      context.step('logged')
      ledger.confirm([upload.upl])
      context.step('confirmed')
      return finished
    } catch (error) {
      if (isPlaced) {
        removeIfAny(name.path + METADATA_SUFFIX)
        store.forget(name)
      } else store.log.release(name.logicName)
      if (!(error instanceof NameTakenError)) throw error
    }
  }
  throw new Error(`no free name for upload ${upload.upl} after ${NAME_TRIES_MAX} tries`)
}

class NameTakenError extends Error {
  override readonly name = 'NameTakenError'
}

function finishedUpload(context: LinkContext, upload: CompleteUpload, name: NewName): FinishedUpload {
  const { upl, ep, size, crc32, sha256, head, ct, own, ent } = upload
  const binlog = context.store.log.position()
  const dur = context.durability
  return { upl, ep, fid: name.fileId, size, crc32, sha256, head, ct, dur, at: name.timestamp, own, ent, binlog }
}

interface Owner {
  readonly own: string
  readonly ent: string
}

/** Owner and entry, beside the file (D3 step 0). What an interrupted try has left under this name is replaced. */
export function writeOwnMetadata(filePath: string, { own, ent }: Owner): void {
  const path = filePath + METADATA_SUFFIX
  const content = encodeMetadata({ ent, own })
  try {
    writeNewFile(path, content)
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
    removeIfAny(path)
    writeNewFile(path, content)
  }
}

/** The same in the thread pool while the disk is slow. */
export function writeOwnMetadataByPace({ path, storePath }: NewName, { own, ent }: Owner): void | Promise<void> {
  return storePath.lane.call(
    () => writeOwnMetadata(path, { own, ent }),
    async () => {
      await removeIfAnyLater(path + METADATA_SUFFIX)
      await writeNewFileLater(path + METADATA_SUFFIX, encodeMetadata({ ent, own }))
    },
  )
}

/** Beside a file there are the metadata that its upload gave it, or later ones. */
export function holdsOwnMetadata(filePath: string, { own, ent }: Owner): boolean {
  const text = readFileIfAny(filePath + METADATA_SUFFIX)
  return text === encodeMetadata({ ent, own }).toString()
}

/** The directories of a store path are made when the first file goes there. */
async function placePart({ path, folder, storePath: { lane } }: NewName, partPath: string): Promise<void> {
  const linkByPace = () =>
    lane.call(
      () => linkSync(partPath, path),
      () => link(partPath, path),
    )
  try {
    try {
      await linkByPace()
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error
      await lane.call(
        () => makeFolder(folder),
        () => makeFolderLater(folder),
      )
      await linkByPace()
    }
  } catch (error) {
    if (isErrno(error, 'EEXIST')) throw new NameTakenError(`${path} is taken`, { cause: error })
    throw error
  }
}

/** Makes file and metadata durable and writes their C records, the content's first. */
export async function publishFile(
  context: LinkContext,
  file: { storePath: StorePath; path: string; folder: string; logicName: string; isSynced: boolean },
): Promise<void> {
  const { sync, store } = context
  await makeDurable(context, file)
  const durable = sync !== null
  const { logicName } = file
  const content = new Promise<void>((resolve, reject) => {
    store.log.append('C', logicName, (error) => (error === undefined ? resolve() : reject(error)))
  })
  const metadata = new Promise<void>((resolve, reject) => {
    const done = (error?: Error) => (error === undefined ? resolve() : reject(error))
    store.log.append('C', logicName + METADATA_SUFFIX, done, { durable })
  })
  await Promise.all([content, metadata])
}

/** Metadata file and folder entries, and the content where it is not `isSynced`. */
export async function makeDurable(
  { sync }: LinkContext,
  file: { storePath: StorePath; path: string; folder: string; isSynced: boolean },
): Promise<void> {
  if (sync === null) return
  const { lane } = file.storePath
  const items: SyncItem[] = [{ lane, file: file.path + METADATA_SUFFIX, folder: file.folder }]
  if (!file.isSynced) items.push({ lane, file: file.path })
  await Promise.all(items.map((item) => synced(sync, item)))
}
