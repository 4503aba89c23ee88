import { dirname } from 'node:path'
import { encodeFileName, encodeNameBody, type FileSource, Status } from '@cairn/dfs-core'
import { type DirectoryCursor, hashDirectory } from '../engine/allocate.ts'
import { NAME_START } from '../engine/file-facts.ts'
import { hexByte } from '../engine/logic-name.ts'
import { isErrno, makeFolder, makeFolderLater } from './atomic-file.ts'
import { existsByPace } from './by-pace.ts'
import type { NameLog } from './name-log.ts'
import { createNameSource, type NameSource } from './name-source.ts'
import { StoreError } from './store-error.ts'
import type { StorePath } from './store-path.ts'

export interface NewFile {
  readonly storePath: StorePath
  readonly size: number
  readonly crc32: number
  /** Without the dot; may be empty, at most 6 characters of A-Z a-z 0-9 . _ - */
  readonly ext: string
  readonly kind?: 'normal' | 'appender'
}

/** A name that was given to a file; its C record is not written yet (`publish`). */
export interface NewName {
  /** `M00/1A/2F/<name>` */
  readonly logicName: string
  readonly storePath: StorePath
  /** `<group>/M00/1A/2F/<name>` */
  readonly fileId: string
  readonly path: string
  /** The folder that holds it. */
  readonly folder: string
  /** Unix seconds, as in the name. */
  readonly timestamp: number
}

/** Names that are already taken are met with new digits, so often at most. */
const NAME_TRIES_MAX = 10
/** A name of this size has no random bits; with a full extension it has no digits either (D3). */
const SIZE_WITHOUT_RANDOM_BITS = 2 ** 32
const EXTENSION_WITHOUT_DIGITS = 6

export interface NameMakerOptions {
  readonly identity: { readonly group: string; readonly source: FileSource }
  readonly log: NameLog
  /** `null`: the hash of the name decides (file_distribute_path_mode = 1). */
  readonly cursor: DirectoryCursor | null
  readonly subdirCount: number
  readonly nameSource?: NameSource
}

interface RenewableName {
  readonly logicName: string
  readonly storePath: StorePath
  readonly path: string
}

/** Draws names until `take` does not fail with EEXIST; the name is held in the log writer. */
export interface NameMaker {
  take(file: NewFile, take: (name: NewName) => void): NewName
  /** The same for what is done in the thread pool. */
  takeLater(file: NewFile, take: (name: NewName) => Promise<void>): Promise<NewName>
  /** The normal name for a regenerated appender, in its directory and with its tail. Held like any other. */
  renew(old: RenewableName, facts: { size: number; crc32: number }): Promise<NewName>
}

export function createNameMaker(options: NameMakerOptions): NameMaker {
  const { identity, log } = options
  const random = options.nameSource ?? createNameSource()
  const naming = { ...options, random }

  const renewedName = (old: RenewableName, facts: { size: number; crc32: number }): NewName => {
    const timestamp = log.drawTimestamp()
    const body = encodeNameBody({
      ...facts,
      source: identity.source,
      timestamp,
      random23: random.random23(),
      kind: 'normal',
    })
    const fileName = body + old.logicName.slice(NAME_START + body.length)
    const logicName = old.logicName.slice(0, NAME_START) + fileName
    const folder = dirname(old.path)
    const fileId = `${identity.group}/${logicName}`
    return { logicName, storePath: old.storePath, fileId, path: `${folder}/${fileName}`, folder, timestamp }
  }

  const drawHeld = (file: NewFile, tries: number): NewName => {
    const hasRandomPart = file.size < SIZE_WITHOUT_RANDOM_BITS || file.ext.length < EXTENSION_WITHOUT_DIGITS
    const drawn = log.drawTimestamp()
    const name = newName(naming, file, hasRandomPart ? drawn : drawn + tries)
    log.hold(name.logicName, drawn)
    return name
  }

  const giveUp = (name: NewName, error: unknown) => {
    log.release(name.logicName)
    if (!isErrno(error, 'EEXIST')) throw error
  }

  return {
    take(file, take) {
      for (let tries = 0; tries < NAME_TRIES_MAX; tries += 1) {
        const name = drawHeld(file, tries)
        try {
          makingFolder(name, take)
          return name
        } catch (error) {
          giveUp(name, error)
        }
      }
      throw noFreeName()
    },
    async takeLater(file, take) {
      for (let tries = 0; tries < NAME_TRIES_MAX; tries += 1) {
        const name = drawHeld(file, tries)
        try {
          await makingFolderLater(name, take)
          return name
        } catch (error) {
          giveUp(name, error)
        }
      }
      throw noFreeName()
    },
    async renew(old, facts) {
      for (let tries = 0; tries < NAME_TRIES_MAX; tries += 1) {
        const name = renewedName(old, facts)
        log.hold(name.logicName, name.timestamp)
        if (!(await existsByPace(old.storePath.lane, name.path))) return name
        log.release(name.logicName)
      }
      throw noFreeName()
    },
  }
}

function newName(
  { identity, cursor, subdirCount, random }: NameMakerOptions & { readonly random: NameSource },
  { storePath, size, crc32, ext, kind = 'normal' }: NewFile,
  timestamp: number,
): NewName {
  const fileName = encodeFileName({
    source: identity.source,
    timestamp,
    size,
    crc32,
    ext,
    random23: random.random23(),
    kind,
    digits: random.digits(),
  })
  const directory = cursor === null ? hashDirectory(fileName.slice(0, 27), subdirCount) : cursor.next()
  const relative = `${hexByte(directory.high)}/${hexByte(directory.low)}`
  const folder = `${storePath.dataDir}/${relative}`
  const logicName = `M${hexByte(storePath.index)}/${relative}/${fileName}`
  return {
    logicName,
    storePath,
    fileId: `${identity.group}/${logicName}`,
    path: `${folder}/${fileName}`,
    folder,
    timestamp,
  }
}

function noFreeName(): StoreError {
  return new StoreError(Status.EBUSY, `no free name after ${NAME_TRIES_MAX} tries`)
}

/** The directories of a store path are made when the first file goes there. */
function makingFolder(name: NewName, take: (name: NewName) => void): void {
  try {
    take(name)
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
    makeFolder(name.folder)
    take(name)
  }
}

async function makingFolderLater(name: NewName, take: (name: NewName) => Promise<void>): Promise<void> {
  try {
    await take(name)
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
    await name.storePath.lane.run(() => makeFolderLater(name.folder))
    await take(name)
  }
}
