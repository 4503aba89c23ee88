import { createHash, randomInt } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { crc32, encodeFileName } from '@cairn/dfs-core'
import {
  createMasterKeys,
  formatKeyFile,
  openMasterKeys,
  openStorageKeys,
  type Receipt,
  sign,
} from '@cairn/dfs-core/tickets'
import { afterAll } from 'vitest'

const HEAD_BYTES = 65_536
export const GROUP = 'group1'
export const STORAGE_ID = '100001'

const folder = mkdtempSync(path.join(tmpdir(), 'cairn-test-keys-'))
const masterFile = formatKeyFile(createMasterKeys())
const masterPath = path.join(folder, 'master.json')
writeFileSync(masterPath, masterFile, { mode: 0o600 })
process.env['CAIRN_KEYS'] = masterPath
afterAll(() => rmSync(folder, { recursive: true }))

/** Keys of a storage as `npm start` would hand them out. */
export function storageKeyFile(storageId: string): string {
  return formatKeyFile(openMasterKeys(masterFile).exportStorageKeys(GROUP, storageId))
}

/** A file ID as this storage would give to the content. */
export function newFileId(content: Buffer, storageId = STORAGE_ID): string {
  const name = encodeFileName({
    source: { kind: 'id', id: Number(storageId) },
    timestamp: Math.floor(Date.now() / 1000),
    size: content.length,
    crc32: crc32(content),
    random23: randomInt(2 ** 23),
    kind: 'normal',
    ext: 'txt',
    digits: randomInt(10_000_000),
  })
  return `${GROUP}/M00/00/00/${name}`
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** What a storage would sign after it stored `content` for the upload `upl`, with its own key. */
export function receiptFor(upl: string, content: Buffer, changes: Partial<Receipt> = {}): string {
  const mem = changes.mem ?? STORAGE_ID
  const receipt: Receipt = {
    typ: 'receipt',
    upl,
    ep: 1,
    grp: GROUP,
    mem,
    fid: newFileId(content, mem),
    size: content.length,
    crc32: crc32(content),
    sha256: sha256(content),
    head: sha256(content.subarray(0, HEAD_BYTES)),
    ct: 'text/plain',
    dur: 'group',
    copies: 1,
    at: Math.floor(Date.now() / 1000),
    ...changes,
  }
  return sign(receipt, openStorageKeys(storageKeyFile(mem)).receiptRing)
}
