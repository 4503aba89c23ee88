import type { ClusterState } from './cluster/cluster-state.ts'
import { createCensus, type FileCount } from './disk/census.ts'
import { diskBusyMs } from './disk/disk-busy.ts'
import { diskIdentities } from './disk/disk-identity.ts'
import type { FileStore, StoreSpace } from './disk/file-store.ts'
import { createPathLooks } from './disk/path-look.ts'
import type { SetAside } from './disk/quarantine.ts'
import { hexByte } from './engine/logic-name.ts'
import type { ReceivedTimes } from './engine/received.ts'
import type { SentRates } from './engine/sent-rate.ts'
import type { ScrubState } from './recovery/scrub-state.ts'
import type { Backlog } from './replication/backlog.ts'
import type { PeerReplicator } from './replication/peer-replicator.ts'

interface StorePathReport {
  /** As in file IDs: `M00`. */
  readonly path: string
  readonly totalBytes: number
  readonly freeBytes: number
  /** Free bytes that uploads leave alone. */
  readonly reservedBytes: number
  /** Content of the files of this storage; null while they are counted for the first time. */
  readonly usedBytes: number | null
  readonly writable: boolean
  /** What its disk failed with; since then it takes no new files. */
  readonly failure: string | null
  /** How long its disk had something to do since the machine started; null where that is not known. */
  readonly busyMs: number | null
  /** What file system it lies on; the same for storages that share it. */
  readonly disk: string | null
}

interface SetAsideReport {
  /** For the call `aside`. */
  readonly id: string
  /** Null, as `op`: a line of the log that cannot be read. */
  readonly fileId: string | null
  readonly op: string | null
  readonly reason: string
  /** Unix seconds. */
  readonly at: number
  /** The member that did not take it. */
  readonly peer: string
}

interface PeerReport {
  readonly storageId: string
  readonly ip: string
  /** As trackers number it (7: active). */
  readonly status: number
  /** From here to there: what it has not got yet; null, as `bytesBehind`, when the log cannot be read. */
  readonly recordsBehind: number | null
  /** Content of these records. */
  readonly bytesBehind: number | null
  /** Age of the oldest of them; 0 when there is none. */
  readonly lagSeconds: number
  readonly connected: boolean
  /** Content sent to it since this storage started, running uploads among it, also what it did not take; the rate is that of the last ten seconds. */
  readonly sentBytes: number
  readonly sentBytesPerSecond: number
  /** From there to here: everything of the peer up to this time (unix seconds) is here; null: nothing came since the start. */
  readonly receivedUntil: number | null
}

/** How a storage is, for the pages of an administrator. */
export interface StorageReport {
  readonly version: string
  /** Unix seconds. */
  readonly startedAt: number
  readonly storePaths: readonly StorePathReport[]
  /** Files of all store paths without metadata files; null while they are counted for the first time. */
  readonly files: number | null
  readonly openUploads: number
  readonly setAside: { readonly count: number; readonly items: readonly SetAsideReport[] }
  readonly peers: readonly PeerReport[]
  /** Files compared with the CRC-32 in their names, in the round that runs or ran last; null before the first. */
  readonly scrub: ScrubReport | null
}

interface ScrubReport {
  /** Unix seconds, as `finishedAt`, which is null while the round runs. */
  readonly startedAt: number
  readonly finishedAt: number | null
  readonly files: number
  readonly bytes: number
  /** Damaged files that another member's copy replaced. */
  readonly repaired: number
  /** File IDs of those that nobody has whole, the first hundred. */
  readonly damaged: { readonly count: number; readonly fileIds: readonly string[] }
}

export interface ReportSources {
  readonly version: string
  readonly store: FileStore
  readonly state: ClusterState
  readonly received: ReceivedTimes
  readonly sent: SentRates
  peers(): readonly PeerReplicator[]
  scrub(): Readonly<ScrubState> | null
  /** Unix seconds. */
  now(): number
}

const SET_ASIDE_MAX = 100
/** Whoever asks again within this time hears the same. */
const CACHE_MS = 2000

/** The report, made at most every two seconds. */
export function createStorageReport(sources: ReportSources): (openUploads: number) => Promise<StorageReport> {
  const { version, store } = sources
  const census = createCensus(store.storePaths)
  const look = createPathLooks(store.storePaths)
  const startedAt = sources.now()
  let made: Promise<StorageReport> | null = null
  let madeAt = Number.NEGATIVE_INFINITY

  const make = async (openUploads: number): Promise<StorageReport> => {
    const [counts, looks] = await Promise.all([census.current(), look()])
    const replicators = sources.peers()
    const items = replicators.flatMap((peer) => peer.setAside(SET_ASIDE_MAX).map((entry) => ({ peer, entry })))
    items.sort((a, b) => b.entry.at - a.entry.at)
    const devices = looks.map(({ device }) => device)
    const busyMs = diskBusyMs(devices)
    const disks = diskIdentities(devices)
    return {
      version,
      startedAt,
      storePaths: store.space().map((space, index) =>
        reportPath(store, space, {
          count: counts[index] ?? null,
          isWritable: looks[index]?.isWritable === true,
          busyMs: busyMs[index] ?? null,
          disk: disks[index] ?? null,
        }),
      ),
      files: counts.reduce<number | null>(
        (sum, count) => (sum === null || count === null ? null : sum + count.files),
        0,
      ),
      openUploads,
      setAside: {
        count: replicators.reduce((sum, { progress }) => sum + progress.quarantined, 0),
        items: items.slice(0, SET_ASIDE_MAX).map(({ peer, entry }) => reportSetAside(store.group, peer.peerId, entry)),
      },
      peers: replicators.map((peer) => reportPeer(sources, peer)),
      scrub: reportScrub(store.group, sources.scrub()),
    }
  }
  return (openUploads) => {
    const now = performance.now()
    if (made === null || now - madeAt >= CACHE_MS) {
      madeAt = now
      made = make(openUploads)
      made.catch(() => {
        made = null
      })
    }
    return made
  }
}

function reportScrub(group: string, state: Readonly<ScrubState> | null): ScrubReport | null {
  if (state === null || state.startedAt === 0) return null
  const { startedAt, finishedAt, files, bytes, repaired, damaged } = state
  const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000)
  return {
    startedAt: seconds(startedAt),
    finishedAt: finishedAt === null ? null : seconds(finishedAt),
    files,
    bytes,
    repaired,
    damaged: {
      count: damaged.length,
      fileIds: damaged.slice(0, SET_ASIDE_MAX).map((name) => `${group}/${name}`),
    },
  }
}

interface Measured {
  readonly count: FileCount | null
  readonly isWritable: boolean
  readonly busyMs: number | null
  readonly disk: string | null
}

function reportPath(
  store: FileStore,
  space: StoreSpace,
  { count, isWritable, busyMs, disk }: Measured,
): StorePathReport {
  const { index, totalBytes, freeBytes, reservedBytes } = space
  return {
    path: `M${hexByte(index)}`,
    totalBytes,
    freeBytes,
    reservedBytes,
    usedBytes: count?.bytes ?? null,
    writable: !space.readonly && !store.log.isFailed && isWritable,
    failure: store.storePaths[index]?.health.failure ?? null,
    busyMs,
    disk,
  }
}

function reportSetAside(group: string, peer: string, { id, name, op, reason, at }: SetAside): SetAsideReport {
  return { id, fileId: name === null ? null : `${group}/${name}`, op, reason, at, peer }
}

function reportPeer({ state, received, sent: sentRates, now }: ReportSources, peer: PeerReplicator): PeerReport {
  const { peerId } = peer
  const member = state.members.get(peerId)
  const backlog = backlogOf(peer)
  const until = received.of(peerId)
  const sent = sentRates.of(peerId)
  return {
    storageId: peerId,
    ip: member?.ip ?? '',
    status: state.statusOf(peerId),
    recordsBehind: backlog?.records ?? null,
    bytesBehind: backlog?.bytes ?? null,
    lagSeconds: backlog?.oldest == null ? 0 : Math.max(0, now() - backlog.oldest),
    connected: peer.progress.connected,
    sentBytes: sent.total,
    sentBytesPerSecond: Math.round(sent.perSecond(performance.now())),
    receivedUntil: until === 0 ? null : until,
  }
}

/** Damage of the log stops replication and is logged there; the rest of the report is still wanted. */
function backlogOf(peer: PeerReplicator): Backlog | null {
  try {
    return peer.backlog()
  } catch {
    return null
  }
}
