import { isRemoved, StorageStatus } from '../engine/members.ts'
import { startBinlogPacking } from './binlog-packing.ts'
import { type PeerProgress, PeerReplicator, type ReplicationContext } from './peer-replicator.ts'

/** One replicator for every other member of the group. */
export interface Replication {
  progress(): PeerProgress[]
  peers(): PeerReplicator[]
  close(): Promise<void>
}

export function startReplication(context: ReplicationContext): Replication {
  const { state, logger } = context
  const replicators = new Map<string, PeerReplicator>()
  let closed = false

  const follow = () => {
    if (closed) return
    for (const { id, status } of state.members.values()) {
      if (id === state.myId || replicators.has(id) || isRemoved(status) || status === StorageStatus.NONE) continue
      const replicator = new PeerReplicator(context, id)
      replicators.set(id, replicator)
      logger.info({ peer: id }, 'replicating to a member')
      replicator.ended.then(
        () => replicators.delete(id),
        (error: unknown) => {
          replicators.delete(id)
          logger.error({ err: error, peer: id }, 'replication to a member ended')
        },
      )
    }
  }
  const stop = state.onChange(follow)
  follow()
  const stopPacking = startBinlogPacking({
    ...context,
    firstNeeded() {
      if (state.members.size === 0) return 0
      const marks = [...replicators.values()].map(({ progress }) => progress.mark?.index ?? 0)
      return Math.min(context.store.log.position().index, ...marks)
    },
  })
  return {
    peers: () => [...replicators.values()],
    progress: () => [...replicators.values()].map((replicator) => replicator.progress),
    async close() {
      closed = true
      stop()
      await stopPacking()
      await Promise.allSettled([...replicators.values()].map((replicator) => replicator.close()))
    },
  }
}
