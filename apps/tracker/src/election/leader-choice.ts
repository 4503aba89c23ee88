import type { TrackerAddress } from '../cluster/tracker-list.ts'

// Who leads (internals §7.2): whoever leads already, else the tracker that has run longest, then the one whose last break
// was shortest, then the greatest address. Every tracker asks all others and comes to the same result.

/** Trackers compare their times in steps of this, so that small differences of clocks do not matter. */
const TIME_STEP_SECONDS = 300

export interface Candidate {
  readonly address: TrackerAddress
  readonly isLeader: boolean
  /** Seconds, in steps of 300, as the next. */
  readonly runningTime: number
  /** How long the tracker was away before its last start. */
  readonly restartInterval: number
}

export function inTimeSteps(seconds: number): number {
  return Math.max(0, seconds - (seconds % TIME_STEP_SECONDS))
}

export function bestCandidate(candidates: readonly Candidate[]): Candidate | undefined {
  return candidates.reduce<Candidate | undefined>(
    (best, candidate) => (best === undefined || compareCandidates(candidate, best) > 0 ? candidate : best),
    undefined,
  )
}

/** More than 0 when `a` rather leads than `b`. */
export function compareCandidates(a: Candidate, b: Candidate): number {
  return (
    Number(a.isLeader) - Number(b.isLeader) ||
    a.runningTime - b.runningTime ||
    b.restartInterval - a.restartInterval ||
    compareTexts(a.address.ips[0] ?? '', b.address.ips[0] ?? '') ||
    a.address.port - b.address.port
  )
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/**
 * How many trackers, the candidate included, must agree. FastDFS needs nobody, so that each half of a divided cluster
 * elects its own leader; of three or more only the greater part does here. Of two, one alone must go on.
 */
export function votesNeeded(trackerCount: number): number {
  return trackerCount < 3 ? 1 : Math.floor(trackerCount / 2) + 1
}
