import { randomUUID } from 'node:crypto'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { type BodyCheck, UploadError } from '@cairn/dfs-tus'

/**
 * A body whose checksum was found to be right. What was appended to a spool cannot be taken back, so its bytes wait on
 * the disk of this machine for the last of them. Throws `checksum_mismatch`, also for a body that broke off, and
 * `too_large` for more than `sizeMax` bytes.
 */
export async function checkedBody(body: Readable, check: BodyCheck, sizeMax: number): Promise<Readable> {
  const file = await openNameless()
  let size = 0
  try {
    for await (const chunk of untilRefused(body)) {
      size += chunk.length
      if (size > sizeMax) throw new UploadError('too_large', 'the body is longer than what the upload still lacks')
      check.update(chunk)
      await file.appendFile(chunk)
    }
    check.verify()
    return file.createReadStream({ start: 0 })
  } catch (error) {
    await file.close()
    throw asDiskFull(error)
  }
}

/** To be read in a loop that may end early by throwing: @tus/server takes a body that was destroyed for a client that is gone. */
export function untilRefused(body: Readable): AsyncIterable<Buffer> {
  return body.iterator({ destroyOnReturn: false })
}

/** A file that is gone as soon as it is closed, however this process ends. */
async function openNameless(): Promise<FileHandle> {
  const name = path.join(tmpdir(), `cairn-gateway-${randomUUID()}`)
  const file = await open(name, 'wx+', 0o600)
  await unlink(name)
  return file
}

function asDiskFull(error: unknown): unknown {
  const isFull = error instanceof Error && 'code' in error && error.code === 'ENOSPC'
  return isFull ? new UploadError('disk_full', 'the gateway has no room for this', { cause: error }) : error
}
