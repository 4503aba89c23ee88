import { type Receipt, sign } from '@cairn/dfs-core/tickets'
import type { FinishedUpload } from '../parts/ledger-line.ts'
import type { StorageIdentity } from './keys-file.ts'

/** The storage's word that an upload is stored, signed when it is asked for: so a rotation of keys voids none. */
export function signReceipt({ group, storageId, keys }: StorageIdentity, upload: FinishedUpload): string {
  if (keys === null) throw new Error('a receipt needs a key')
  const { upl, ep, fid, size, crc32, sha256, head, ct, dur, at } = upload
  const receipt: Receipt = {
    typ: 'receipt',
    upl,
    ep,
    grp: group,
    mem: storageId,
    fid,
    size,
    crc32,
    sha256,
    head,
    ct,
    dur,
    copies: 1,
    at,
  }
  return sign(receipt, keys.receiptRing)
}
