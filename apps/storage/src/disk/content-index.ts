import { linkSync, lstatSync, renameSync } from 'node:fs'
import { type FileHandle, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno, makeFolder, removeIfAny } from './atomic-file.ts'
import { sha256OfFile } from './file-digest.ts'
import type { StorePath } from './store-path.ts'

/** What the name of a normal file says about its content. */
export interface ContentFacts {
  readonly size: number
  readonly crc32: number
}

export type Sharing = 'new' | 'shared' | 'gone'

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
  async share(path: string, facts: ContentFacts): Promise<Sharing> {
    const before = lstatSync(path, { throwIfNoEntry: false })
    if (before === undefined || !before.isFile() || before.size !== facts.size) return 'gone'
    const sha256 = await sha256OfFile(path)
    if (sha256 === null) return 'gone'
    const entry = join(this.#folderOf(facts), `${prefixOf(facts)}${sha256}`)
    const known = lstatSync(entry, { throwIfNoEntry: false })
    if (known?.ino === before.ino) return 'shared'
    // A hash proves nothing to him whose bytes would be replaced.
    const isSame = known !== undefined && (await haveSameBytes(path, entry))
    // From here to the end nothing else of this process comes in between.
    if (lstatSync(path, { throwIfNoEntry: false })?.ino !== before.ino) return 'gone'
    if (known === undefined) return this.#remember(path, entry)
    return isSame ? this.#replace(path, entry) : 'new'
  }

  /** Gives up contents of this size and CRC-32 that no file has any more. */
  async release(facts: ContentFacts): Promise<void> {
    const folder = this.#folderOf(facts)
    for (const name of await namesIn(folder)) {
      const path = join(folder, name)
      if (name.startsWith(prefixOf(facts)) && lstatSync(path, { throwIfNoEntry: false })?.nlink === 1) {
        removeIfAny(path)
      }
    }
  }

  /** Forgets everything; every file keeps its bytes. */
  remove(): Promise<void> {
    return rm(contentFolder(this.#storePath), { recursive: true, force: true })
  }

  #remember(path: string, entry: string): Sharing {
    try {
      linkSync(path, entry)
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error
      makeFolder(join(entry, '..'))
      linkSync(path, entry)
    }
    return 'new'
  }

  /** The name changes hands in one step: a reader gets the old bytes or the same new ones. */
  #replace(path: string, entry: string): Sharing {
    const temporary = this.#temporaryPath()
    try {
      linkSync(entry, temporary)
    } catch (error) {
      // A file system allows only so many names of one file (65,000 on ext4): the next one begins anew.
      if (!isErrno(error, 'EMLINK')) throw error
      removeIfAny(entry)
      return this.#remember(path, entry)
    }
    renameSync(temporary, path)
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

async function haveSameBytes(path: string, other: string): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const known = await open(other, 'r')
    try {
      return await readEqual(file, known)
    } finally {
      await known.close()
    }
  } finally {
    await file.close()
  }
}

async function readEqual(file: FileHandle, known: FileHandle): Promise<boolean> {
  const pieces = [Buffer.allocUnsafe(PIECE_BYTES), Buffer.allocUnsafe(PIECE_BYTES)] as const
  for (;;) {
    const [a, b] = await Promise.all([file.read(pieces[0]), known.read(pieces[1])])
    if (a.bytesRead !== b.bytesRead) return false
    if (a.bytesRead === 0) {
      // The bytes that stay may have been promised less than those that go.
      await known.datasync()
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
