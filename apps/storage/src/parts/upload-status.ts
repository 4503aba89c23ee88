import type { PartStatus, UploadFacts } from '@cairn/dfs-tus'
import type { FinishedUpload } from './ledger-line.ts'
import type { Part } from './part.ts'
import { isPartial } from './part-facts.ts'
import { SEGMENTS_AHEAD_MAX } from './segment-map.ts'

/** How far an upload is, in bytes. */
export interface UploadProgress {
  state: 'open' | 'hashing' | 'finished'
  offset: number
  hashed: number
  size: number
}

export function statusOfPart(part: Part): PartStatus {
  const { upl, ep, len, offset, changedAtMs } = part
  const { metadata, concat } = part.facts
  const state = part.isComplete ? 'complete' : 'open'
  const ahead = takesSegments(part) ? { ahead: SEGMENTS_AHEAD_MAX } : {}
  return { upl, ep, len, offset, state, changedAtMs, metadata, concat, ...ahead }
}

/** A part whose bytes come from one client, that says how many there are. */
export function takesSegments({ len, isComplete, isJoined, isCopy, facts }: Part): boolean {
  return len !== null && !isComplete && !isJoined && !isCopy && !isPartial(facts)
}

export function progressOfPart({ offset, hash, len, facts, isComplete, becomesFile }: Part): UploadProgress {
  const { hashed } = hash
  return { state: isComplete && becomesFile ? 'hashing' : 'open', offset, hashed, size: len ?? facts.lenMax }
}

/** An upload as its ledger has it. */
interface LedgerUpload {
  upload: FinishedUpload
  acked: boolean
  facts: UploadFacts
}

export function statusOfFinished({ upload: { upl, ep, size, at }, acked, facts }: LedgerUpload): PartStatus {
  const state = acked ? 'acked' : 'linked'
  return { upl, ep, len: size, offset: size, state, changedAtMs: at * 1000, ...facts }
}
