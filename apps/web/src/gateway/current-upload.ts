import { AsyncLocalStorage } from 'node:async_hooks'
import type { UploadTicket } from '@cairn/dfs-core/tickets'
import { type BodyCheck, UploadError } from '@cairn/dfs-tus'

/** What was read from the head of a request and checked before @tus/server has it, which tells its store none of it. */
export interface CurrentUpload {
  ticket: UploadTicket
  /** What the body must match; undefined: its sender named no checksum. */
  check: BodyCheck | undefined
  /** What stands before the path in the address that the client knows; '' where that is not known. */
  outerBase: string
}

const current = new AsyncLocalStorage<CurrentUpload>()

/** Runs `work` as part of a request. */
export function duringUpload<T>(upload: CurrentUpload, work: () => Promise<T>): Promise<T> {
  return current.run(upload, work)
}

/** The request that the caller runs in. */
export function currentUpload(): CurrentUpload {
  const upload = current.getStore()
  if (upload === undefined) throw new UploadError('ticket_invalid', 'a ticket is required')
  return upload
}
