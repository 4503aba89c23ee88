import type { TrackerAddress } from '../cluster/tracker-list.ts'

/** What a follower has told its leader with JOIN_LEADER and PING_LEADER. */
export interface Follower {
  readonly upTime: number
  readonly version: string
  connections: { allocated: number; current: number; max: number }
  /** Unix seconds. */
  lastHeartBeatTime: number
}

/** A follower pings every second; one that has been silent for longer than this does not count as alive. */
const SILENCE_SECONDS = 3

export function isAlive(follower: Follower | undefined, now: number): boolean {
  return follower !== undefined && now - follower.lastHeartBeatTime <= SILENCE_SECONDS
}

export type Followers = Map<TrackerAddress, Follower>
