import type { StorageState } from './storage-state.ts'

/** Bytes of a disk, as its file system says them; `usedBytes` is everything on it, whoever wrote it. */
interface Space {
  totalBytes: number
  usedBytes: number
  freeBytes: number
  /** What running uploads will still bring. */
  reservedBytes: number
}

/** `disk`: what file system it is, the same for paths that share it; null where nobody tells. Bytes. */
export interface DiskView {
  disk: string | null
  totalBytes: number
  freeBytes: number
}

export interface PathView extends Space, DiskView {
  path: string
  /** Free bytes that uploads leave alone. */
  keptBackBytes: number
  /** Content of the files of this storage; null while it counts. */
  contentBytes: number | null
  writable: boolean
  /** What its disk failed with. */
  failure: string | null
  /** How long its disk had something to do since the machine started; null where nobody tells. */
  busyMs: number | null
}

/** One direction of replication: to this peer. Null: this storage does not tell, or cannot read its log. */
export interface PeerView {
  storageId: string
  ip: string
  state: StorageState
  recordsBehind: number | null
  bytesBehind: number | null
  lagSeconds: number
  connected: boolean
  /** Content that goes there now; null: it is of an earlier version. */
  sentBytesPerSecond: number | null
  /** Everything of the peer up to this time is here. */
  receivedUntil: string | null
}

export interface SetAsideView {
  id: string
  fileId: string | null
  op: string | null
  reason: string
  at: string
  peer: string
}

/** Files compared with what their names say, in the round that runs (`finishedAt` null) or ran last. */
export interface CheckView {
  startedAt: string
  finishedAt: string | null
  files: number
  bytes: number
  repaired: number
  /** Those that nobody has whole; the first hundred by name. */
  damaged: { count: number; fileIds: string[] }
}

/** What only a Cairn storage tells, and only while it answers. */
export interface ToldView {
  version: string
  startedAt: string
  paths: PathView[]
  contentBytes: number | null
  files: number | null
  openUploads: number
  setAside: { count: number; items: SetAsideView[] }
  peers: PeerView[]
  /** Null before the first round. */
  check: CheckView | null
}

export interface StorageView extends Space {
  group: string
  id: string
  ip: string
  port: number
  state: StorageState
  /** How far it is behind the others; null when nobody tells. */
  lagSeconds: number | null
  recordsBehind: number | null
  bytesBehind: number | null
  /** Content that the others send to it now; null when nobody tells. */
  comingBytesPerSecond: number | null
  heartbeatAt: string | null
  joinedAt: string | null
  upSince: string | null
  /** Null: it is a FastDFS storage, or it does not answer; `silence` says which. */
  told: ToldView | null
  /** What its store paths lie on; of one that is away, as it told last. Null: it never told. */
  disks: readonly DiskView[] | null
  /** Bytes since it started. */
  counters: { written: number; read: number }
  silence: 'foreign' | 'away' | null
}

/** A group is as large as its smallest member. */
export interface GroupView extends Space {
  group: string
  active: number
  lagSeconds: number | null
  storages: StorageView[]
  uploads: number
}

/** Sums of the database. Bytes. */
export interface LedgerView {
  /** Visible files, each counted for everybody who keeps it. */
  kept: number
  trash: number
  /** What is kept more than once and lies on the disks only once. */
  shared: number
  /** Content that nobody keeps and that waits to be deleted, and garbage of given up uploads. */
  leftOver: number
  thumbnails: number
  /** Further copies of all of that, as many as there are storages that tell. */
  copies: number
  /** Not yet copied. */
  behind: number
  /** What the storages say lies on their disks; null when none of them tells. */
  onDisk: number | null
  /** `onDisk` less everything above. */
  difference: number | null
}

export interface Forecast {
  /** When the share is reached: the middle and both ends of the band; null: not within ten years. */
  middle: string | null
  early: string | null
  late: string | null
  /** The line itself, in bytes a day, and where it stands now. */
  at: string
  bytes: number
  slope: number
  slow: number
  fast: number
}

export interface ClusterView {
  at: string
  /** False: no tracker answers, and the numbers are the last known. */
  reachable: boolean
  groups: GroupView[]
  uploads: { count: number; bytes: number }
  ledger: LedgerView
  /** Bytes of which at least two copies can be read now, of which only one can, and of which none can. */
  copies: { two: number; one: number; none: number }
  forecast: Forecast | 'too_short'
}
