import type { FinishedUpload } from './ledger-line.ts'
import type { Part } from './part.ts'

/** The bytes of one upload on their way to the member that is to have them, too. */
export interface Shipment {
  /** More bytes are settled. Waits while a member that lives is too far behind, unless `takeover` is aborted. */
  advance(takeover: AbortSignal): Promise<void>
  /**
   * The upload is this file: the other member makes one of its own, if it has all bytes soon. Throws only `superseded`: the upload
   * goes on elsewhere, and nothing may come of it here.
   */
  commit(finished: FinishedUpload): Promise<void>
  /** The upload was ended. */
  drop(): void
}

/** Keeps unfinished uploads on another member as well, so that they can go on there. */
export interface Shipping {
  /** The shipment of a part, from its first call on; null for uploads that are not worth it. */
  follow(part: Part): Shipment | null
  /** The part is a file, or is gone. */
  forget(upl: string): void
  close(): Promise<void>
}

/** `superseded` is told of a part whose upload goes on elsewhere at a higher epoch. */
export type StartShipping = (superseded: (part: Part) => void) => Shipping

/** Where there is no other member. */
export const noShipping: StartShipping = () => ({
  follow: () => null,
  forget: () => undefined,
  close: () => Promise.resolve(),
})
