import type { IncomingMessage, ServerResponse } from 'node:http'
import type { NewPart, PartStore } from './part-store.ts'
import type { TusCall } from './tus-call.ts'
import { UploadError } from './upload-error.ts'
import type { UploadSlots } from './upload-slots.ts'
import { readWholeBody } from './whole-body.ts'

export interface WholeUploadOptions {
  path: string
  store: PartStore
  slots: UploadSlots
  completionHeaders(upl: string, maxWaitMs: number): Promise<Record<string, string>>
}

export interface WholeRequest {
  call: TusCall
  part: NewPart
  request: IncomingMessage
  response: ServerResponse
}

/** Creation-with-upload that brings all of a small content, of an upload that nothing is known of. */
export function isWholeUpload(store: PartStore, { method, bodyLength }: TusCall, { upl, len }: NewPart): boolean {
  return method === 'POST' && bodyLength === len && len <= store.wholeMax && store.isUnknown(upl)
}

/**
 * Answers such a request without `@tus/server`: nothing of its protocol is left to decide, and its detour over web streams
 * costs several times what the rest does. False: the upload became known while the request waited for it, and nothing of
 * its body has been read.
 */
export async function receiveWhole(options: WholeUploadOptions, whole: WholeRequest): Promise<boolean> {
  const { store, slots } = options
  const { part, call, request, response } = whole
  await store.fence(part.upl, part.ep)
  let takeOver: () => void = () => undefined
  const release = await slots.acquire(part.upl, () => takeOver())
  try {
    if (!store.isUnknown(part.upl)) return false
    const body = readWholeBody(request, part.len)
    takeOver = body.takeOver
    const content = await body.bytes
    call.check?.update(content)
    if (call.check?.matches() === false) {
      throw new UploadError('checksum_mismatch', 'the body does not match its checksum')
    }
    await store.putWhole(part, content)
  } finally {
    release()
  }
  response.writeHead(201, {
    'Tus-Resumable': '1.0.0',
    Location: `${options.path}/${part.upl}`,
    'Upload-Offset': String(part.len),
    'Content-Length': '0',
    ...(await options.completionHeaders(part.upl, 0)),
  })
  response.end()
  return true
}
