/**
 * How far the changes of each peer have arrived: the greatest source time that came on a connection whose sender said
 * who it is. A Cairn sender says so only where it sends in order, so everything up to that time is here; a C sender's
 * value may run ahead of the truth. Lives in memory, as in FastDFS: the tracker keeps what it was told before.
 */
export interface ReceivedTimes {
  /** Unix seconds; 0 when nothing came since this process started. */
  of(peerId: string): number
  raise(peerId: string, timestamp: number): void
  /** Changes with every raise. */
  readonly version: number
}

/** As many as a group may have, four times: anybody may say to be a member, and a list of members may come later. */
const PEERS_MAX = 128

export function createReceivedTimes(): ReceivedTimes {
  const times = new Map<string, number>()
  let version = 0
  return {
    of: (peerId) => times.get(peerId) ?? 0,
    raise(peerId, timestamp) {
      if (timestamp <= (times.get(peerId) ?? 0) || (!times.has(peerId) && times.size >= PEERS_MAX)) return
      times.set(peerId, timestamp)
      version += 1
    },
    get version() {
      return version
    },
  }
}
