import { join } from 'node:path'
import { parseKeyValues } from '../engine/key-values.ts'
import { readFileIfAny, replaceFile } from './atomic-file.ts'
import type { InitFlagFile } from './init-flag.ts'
import type { StorePath } from './store-path.ts'

/** What a new mark says about its owner. */
export interface PathOwner {
  readonly ip: string
  readonly port: number
  /** Unix seconds. */
  readonly now: number
}

const MARK_BYTES = 56

/**
 * A store path and the base path that uses it carry the same mark (`.fastdfs_vars`, `.data_init_flag`), so that a disk
 * which belongs to another storage is not filled by mistake. Throws when they differ, or when only the path has one.
 */
export function checkPathMark(storePath: StorePath, initFlag: InitFlagFile, owner: PathOwner): void {
  const key = `store_path_mark${storePath.index}`
  const path = join(storePath.dataDir, '.fastdfs_vars')
  const known = initFlag.flag.others.get(key) ?? ''
  const found = parseKeyValues(readFileIfAny(path) ?? '').get('store_path_mark') ?? ''
  if (found !== '' && found !== known) {
    throw new Error(
      `${storePath.root} carries the mark of ${describe(found)}, not of this storage: ` +
        `if it does belong here, remove ${path}`,
    )
  }
  if (found !== '') return
  const mark = encodeMark(storePath.index, owner)
  // The flag first: a path without a mark gets a new one, a path with a mark that nobody knows is refused.
  initFlag.save({ others: new Map([...initFlag.flag.others, [key, mark]]) })
  replaceFile(path, `store_path_mark=${mark}\n`)
}

/** 56 bytes: ip text 46, port int16 @46, path index @48, creation time int32 @52, little-endian; base64url. */
function encodeMark(index: number, owner: PathOwner): string {
  const bytes = Buffer.alloc(MARK_BYTES)
  bytes.write(owner.ip.slice(0, 45), 0, 'latin1')
  bytes.writeUInt16LE(owner.port, 46)
  bytes.writeUInt8(index, 48)
  bytes.writeInt32LE(owner.now | 0, 52)
  return bytes.toString('base64url')
}

function describe(mark: string): string {
  const bytes = Buffer.from(mark, 'base64url')
  if (bytes.length !== MARK_BYTES) return `an unknown owner (${mark})`
  const ip = bytes.toString('latin1', 0, 46).replace(/\0.*$/s, '')
  return `${ip}:${bytes.readUInt16LE(46)}, store path ${bytes.readUInt8(48)}`
}
