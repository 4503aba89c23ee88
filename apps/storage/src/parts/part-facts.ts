import type { NewPart, UploadFacts } from '@cairn/dfs-tus'

/**
 * What is known of an upload from its creation on. `len` is null while its length is to be told; then `lenMax` is what it may have.
 * `joins`: the uploads that it is joined from; empty: it is sent.
 */
export type PartFacts = Omit<NewPart, 'ep'>

export const NO_FACTS: UploadFacts = { metadata: '', concat: '' }

/** A part of an upload that will be joined: no file comes of it. */
export function isPartial({ concat }: UploadFacts): boolean {
  return concat === 'partial'
}
