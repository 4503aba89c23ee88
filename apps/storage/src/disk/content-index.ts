import { type FileHandle, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DiskLane } from '@cairn/dfs-core/disk'
import { isErrno } from './atomic-file.ts'
import { linkByPace, lstatByPace, makeFolderByPace, removeByPace, renameByPace } from './by-pace.ts'
import { sha256OfFile } from './file-digest.ts'
import type { StorePath } from './store-path.ts'

/** What the name of a normal file says about its content. */
export interface ContentFacts {
  readonly size: number
  readonly crc32: number
}

export type Sharing = 'new' | 'shared' | 'gone'

/** Does `work` while nobody else changes or removes the file. */
export type Alone = (work: () => Promise<Sharing>) => Promise<Sharing>

/**
 * Every content of a store path once: `data/.cairn-content/<2 hex>/<2 hex>/<size>-<crc32>-<sha256>` is a hard link to
 * the file that brought it first. A file of the same content becomes another name of the same bytes, and a content
 * without another name than this one is given up. Nothing else is kept, so nothing can disagree after a crash.
 */
export class ContentIndex {
  readonly #storePath: StorePath
  readonly #temporaryPath: () => string

  /** `temporaryPath` draws a fresh path on the same file system. */
  constructor(storePath: StorePath, temporaryPath: () => string) {
    this.#storePath = storePath
    this.#temporaryPath = temporaryPath
  }

  /** Gives a stored normal file its content's bytes: those that are here already, or its own, which are remembered. */
  async share(path: string, facts: ContentFacts, alone: Alone): Promise<Sharing> {
    const { lane } = this.#storePath
    const before = await lstatByPace(lane, path)
    if (before === null || !before.isFile() || before.size !== facts.size) return 'gone'
    const sha256 = await sha256OfFile(path, lane)
    if (sha256 === null) return 'gone'
    const entry = join(this.#folderOf(facts), `${prefixOf(facts)}${sha256}`)
    const known = await lstatByPace(lane, entry)
    if (known?.ino === before.ino) return 'shared'
    // A hash proves nothing to him whose bytes would be replaced.
    const isSame = known !== null && (await haveSameBytes(path, entry, lane))
    return await alone(async () => {
      if ((await lstatByPace(lane, path))?.ino !== before.ino) return 'gone'
      if (known === null) return await this.#remember(path, entry)
      return isSame ? await this.#replace(path, entry) : 'new'
    })
  }

  /** Gives up contents of this size and CRC-32 that no file has any more. */
  async release(facts: ContentFacts): Promise<void> {
    const { lane } = this.#storePath
    const folder = this.#folderOf(facts)
    for (const name of await lane.run(() => namesIn(folder))) {
      if (!name.startsWith(prefixOf(facts))) continue
      const path = join(folder, name)
      if ((await lstatByPace(lane, path))?.nlink === 1) await removeByPace(lane, path)
    }
  }

  /** Forgets everything; every file keeps its bytes. */
  remove(): Promise<void> {
    return rm(contentFolder(this.#storePath), { recursive: true, force: true })
  }

  async #remember(path: string, entry: string): Promise<Sharing> {
    const { lane } = this.#storePath
    try {
      await linkByPace(lane, path, entry)
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error
      await makeFolderByPace(lane, join(entry, '..'))
      await linkByPace(lane, path, entry)
    }
    return 'new'
  }

  /** The name changes hands in one step: a reader gets the old bytes or the same new ones. */
  async #replace(path: string, entry: string): Promise<Sharing> {
    const { lane } = this.#storePath
    const temporary = this.#temporaryPath()
    try {
      await linkByPace(lane, entry, temporary)
    } catch (error) {
      // A file system allows only so many names of one file (65,000 on ext4): the next one begins anew.
      if (!isErrno(error, 'EMLINK')) throw error
      await removeByPace(lane, entry)
      return await this.#remember(path, entry)
    }
    await renameByPace(lane, temporary, path)
    return 'shared'
  }

  #folderOf({ crc32 }: ContentFacts): string {
    const hex = hex8(crc32)
    return join(contentFolder(this.#storePath), hex.slice(0, 2), hex.slice(2, 4))
  }
}

function contentFolder(storePath: StorePath): string {
  return join(storePath.dataDir, '.cairn-content')
}

function prefixOf({ size, crc32 }: ContentFacts): string {
  return `${size}-${hex8(crc32)}-`
}

function hex8(crc32: number): string {
  return crc32.toString(16).padStart(8, '0')
}

const PIECE_BYTES = 256 * 1024

async function haveSameBytes(path: string, other: string, lane: DiskLane): Promise<boolean> {
  const file = await lane.run(() => open(path, 'r'))
  try {
    const known = await lane.run(() => open(other, 'r'))
    try {
      return await readEqual(file, known, lane)
    } finally {
      await known.close()
    }
  } finally {
    await file.close()
  }
}

async function readEqual(file: FileHandle, known: FileHandle, lane: DiskLane): Promise<boolean> {
  const pieces = [Buffer.allocUnsafe(PIECE_BYTES), Buffer.allocUnsafe(PIECE_BYTES)] as const
  for (;;) {
    const a = await lane.run(() => file.read(pieces[0]))
    const b = await lane.run(() => known.read(pieces[1]))
    if (a.bytesRead !== b.bytesRead) return false
    if (a.bytesRead === 0) {
      // The bytes that stay may have been promised less than those that go.
      await lane.run(() => known.datasync())
      return true
    }
    if (!pieces[0].subarray(0, a.bytesRead).equals(pieces[1].subarray(0, b.bytesRead))) return false
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return []
    throw error
  }
}
