import { isLeader } from '../cluster/tracker-list.ts'
import type { TrackerContext } from '../handlers/context.ts'
import { type Candidate, inTimeSteps } from './leader-choice.ts'

/** This tracker, as it answers TRACKER_GET_STATUS (64). Undefined before a storage server has joined. */
export function ownCandidate({ cluster, now, snapshots, upTime }: TrackerContext): Candidate | undefined {
  const { self } = cluster.trackers
  if (self === null || cluster.groups.length === 0) return
  return {
    address: self,
    isLeader: isLeader(cluster.trackers),
    runningTime: inTimeSteps(now() - upTime),
    restartInterval: inTimeSteps(snapshots.lastCheckTime === 0 ? 0 : upTime - snapshots.lastCheckTime),
  }
}
