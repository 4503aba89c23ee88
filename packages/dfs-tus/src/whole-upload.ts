import type { IncomingMessage } from 'node:http'
import type { NewPart, PartStore } from './part-store.ts'
import type { CreateCall } from './upload-call.ts'
import type { UploadSlots } from './upload-slots.ts'
import { readWholeBody } from './whole-body.ts'

export interface WholeUploadOptions {
  store: PartStore
  slots: UploadSlots
}

export interface WholeRequest {
  call: CreateCall
  part: NewPart
  request: IncomingMessage
}

/** Creation-with-upload that brings all of a small content, of an upload that nothing is known of and that is no part of another. */
export function isWholeUpload(
  store: PartStore,
  { body, metadata, concat }: CreateCall,
  { upl, len }: NewPart,
): boolean {
  if (len === null || len === 0 || len > store.wholeMax || metadata !== '' || concat !== '') return false
  return body?.length === len && store.isUnknown(upl)
}

/**
 * Stores such a content from memory, without a part. False: the upload became known while the request waited for it, and
 * nothing of its body has been read.
 */
export async function receiveWhole(
  options: WholeUploadOptions,
  { part, call, request }: WholeRequest,
): Promise<boolean> {
  const { store, slots } = options
  await store.fence(part.upl, part.ep)
  let takeOver: () => void = () => undefined
  const release = await slots.acquire(part.upl, () => takeOver())
  try {
    if (!store.isUnknown(part.upl)) return false
    const body = readWholeBody(request, part.lenMax)
    takeOver = body.takeOver
    const content = await body.bytes
    call.body?.check?.update(content)
    call.body?.check?.verify()
    await store.putWhole(part, content)
  } finally {
    release()
  }
  return true
}
