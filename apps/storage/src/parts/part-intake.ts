import type { Readable } from 'node:stream'
import { UploadError, type WriteOptions } from '@cairn/dfs-tus'
import { type BodyEnd, pumpBody } from './body-pump.ts'
import { asUploadError } from './disk-failure.ts'
import type { Part } from './part.ts'

/**
 * Brings one request's body into a part. What arrives is kept, also when the client or the disk fails in the middle; only a body that is
 * too long or does not match its checksum leaves the part as it was.
 */
export async function receiveIntoPart(part: Part, body: Readable, { takeover, check }: WriteOptions): Promise<void> {
  const mark = part.mark
  const store = async (chunks: Buffer[]) => {
    await part.append(chunks)
    if (check !== undefined) for (const chunk of chunks) check.update(chunk)
  }
  await part.openForWriting()
  try {
    const end = await pumpBody(body, { room: part.len - part.offset, takeover, store })
    const refusal = refusalOf(end, check?.matches() ?? true)
    if (refusal === null) return
    if (refusal.code !== 'taken_over') await part.rollback(mark)
    throw refusal
  } catch (error) {
    if (check !== undefined) await part.rollback(mark)
    throw asUploadError(error)
  } finally {
    await part.closeFile()
  }
}

/** A checksum is one of the whole body: what broke off cannot match, whatever the bytes are. */
function refusalOf(end: BodyEnd, matches: boolean): UploadError | null {
  if (end === 'too_long') return new UploadError('too_large', 'the body is longer than what the upload still lacks')
  if (!matches) return new UploadError('checksum_mismatch', 'the body does not match its checksum')
  if (end === 'taken_over') return new UploadError('taken_over', 'a newer request continues this upload')
  return null
}
