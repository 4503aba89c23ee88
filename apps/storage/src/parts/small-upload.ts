import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { crc32 } from '@cairn/dfs-core'
import { type NewPart, UploadError, type WriteOptions } from '@cairn/dfs-tus'
import type { StorePath } from '../disk/store-path.ts'
import { pumpBody } from './body-pump.ts'
import { SNIFF_BYTES, sniffContentType } from './content-type.ts'
import type { CompleteUpload } from './part-link.ts'

/** Content up to this size that comes whole with its creation is never a part: it goes from memory to its final name. */
export const SMALL_UPLOAD_MAX = 64 * 1024

/** An upload that exists only in memory until its one request has brought all of it. */
export interface SmallUpload extends NewPart {
  storePath: StorePath
  createdAtMs: number
}

/** Reads the whole content. What is not whole, or not as announced, is refused: nothing has been stored. */
export async function receiveSmall(
  upload: SmallUpload,
  body: Readable,
  options: WriteOptions,
): Promise<CompleteUpload> {
  const chunks: Buffer[] = []
  const store = (received: Buffer[]) => {
    chunks.push(...received)
    return Promise.resolve()
  }
  const end = await pumpBody(body, { room: upload.len, takeover: options.takeover, store })
  const content = Buffer.concat(chunks)
  if (end === 'too_long') throw new UploadError('too_large', `the body is longer than the ${upload.len} bytes declared`)
  if (end === 'taken_over') throw new UploadError('taken_over', 'a newer request continues this upload')
  if (end === 'broken' || content.length !== upload.len) {
    throw new UploadError('length_mismatch', `the body ended after ${content.length} of ${upload.len} bytes`)
  }
  options.check?.update(content)
  if (options.check?.matches() === false)
    throw new UploadError('checksum_mismatch', 'the body does not match its checksum')
  return completeInMemory(upload, content)
}

async function completeInMemory(upload: SmallUpload, body: Buffer): Promise<CompleteUpload> {
  const { upl, ep, ext, own, ent, storePath } = upload
  const sha256 = createHash('sha256').update(body).digest('hex')
  const ct = await sniffContentType(body.subarray(0, SNIFF_BYTES))
  return {
    upl,
    ep,
    ext,
    own,
    ent,
    storePath,
    size: body.length,
    crc32: crc32(body),
    sha256,
    head: sha256,
    ct,
    content: { kind: 'memory', body },
  }
}
