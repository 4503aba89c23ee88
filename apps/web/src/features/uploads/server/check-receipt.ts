import { ProtocolError, parseFileId } from '@cairn/dfs-core'
import { type Receipt, TicketError, verify } from '@cairn/dfs-core/tickets'
import { ApiError } from '../../../lib/api-error.ts'
import { masterKeys } from '../../../lib/keys.ts'
import type { StoredContent } from './store-blobs.ts'
import type { UploadRow } from './upload-rows.ts'

/** The receipt of one storage, with its signature checked. Throws receipt_invalid. */
export function openReceipt(token: string, group: string, storageId: string): Receipt {
  try {
    const ring = masterKeys().receiptRing(group, storageId)
    return verify(token, 'receipt', ring, Math.floor(Date.now() / 1000))
  } catch (error) {
    if (!(error instanceof TicketError)) throw error
    // biome-ignore lint/style/useErrorCause: the rule knows the cause only as the second argument.
    throw new ApiError('receipt_invalid', `This is not a receipt of the storage: ${error.code}.`, { cause: error })
  }
}

/**
 * What a receipt means for an upload: `settle` its content, `repeat` the answer of before, or `fail` the upload because
 * the storage holds something else than was announced. Throws where the receipt says nothing about this upload.
 */
export function judgeReceipt(upload: UploadRow, receipt: Receipt): 'settle' | 'repeat' | 'fail' {
  if (receipt.upl !== upload.upl || receipt.grp !== upload.grp || receipt.mem !== upload.storage_id) {
    throw new ApiError('upload_mismatch', 'This receipt belongs to another upload.')
  }
  if (upload.state === 'committed') return 'repeat'
  if (upload.state !== 'created' && upload.state !== 'uploading') {
    throw new ApiError('upload_gone', `This upload has ended: ${upload.state}.`)
  }
  if (receipt.ep !== upload.epoch) {
    throw new ApiError('upload_superseded', 'This upload went on at another storage meanwhile.')
  }
  return BigInt(receipt.size) === upload.size && namesItsContent(receipt) ? 'settle' : 'fail'
}

// The file ID carries group, size and CRC-32 of what the storage wrote.
function namesItsContent(receipt: Receipt): boolean {
  try {
    const { group, size, crc32 } = parseFileId(receipt.fid)
    return group === receipt.grp && size === receipt.size && crc32 === receipt.crc32
  } catch (error) {
    if (error instanceof ProtocolError) return false
    throw error
  }
}

export function contentOf(receipt: Receipt): StoredContent {
  return {
    fileId: receipt.fid,
    size: receipt.size,
    crc32: receipt.crc32,
    sha256: receipt.sha256,
    head: receipt.head,
    contentType: receipt.ct,
    copies: receipt.copies,
  }
}
