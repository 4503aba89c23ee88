import {
  ConnectionError,
  StorageStatus as FdfsStatus,
  formatAddress,
  ProtocolError,
  ServerError,
  type StorageRecord,
} from '@cairn/dfs-core'
import { addressBook, dfs } from '../../../lib/dfs.ts'
import { env } from '../../../lib/env.ts'
import { log } from '../../../lib/log.ts'
import {
  StorageServiceError,
  StorageSilentError,
  type StorageStatus,
  storageStatus,
} from '../../../lib/storage-service.ts'
import type { CheckView, DiskView, GroupView, PathView, StorageView, ToldView } from '../cluster-view.ts'
import { spaceOfPaths } from '../shared-disks.ts'
import { storageStateOf } from '../storage-state.ts'
import { type OpenUploads, readOpenUploads } from './open-uploads.ts'
import { lastDisks } from './samples.ts'

const MIB = 1024 * 1024
// A storage that hangs must not hold up what is said of the others.
const PATIENCE_MS = 4000

/** A member as the trackers know it, and its own words when it has any. */
interface Heard {
  group: string
  record: StorageRecord
  status: StorageStatus | null
  silence: 'foreign' | 'away' | null
  disks: DiskView[] | null
}

/** All groups as they are now. Throws ConnectionError when no tracker answers. */
export async function readGroups(): Promise<GroupView[]> {
  const [groups, uploads] = await Promise.all([dfs().tracker.listGroups(), readOpenUploads()])
  const views = await Promise.all(
    groups.map(async ({ group }) => {
      const records = await dfs().tracker.listStorages(group)
      const heard = await Promise.all(records.map((record) => hear(group, record)))
      return groupView(group, heard, uploads)
    }),
  )
  return views.toSorted((a, b) => a.group.localeCompare(b.group))
}

async function hear(group: string, record: StorageRecord): Promise<Heard> {
  // Whoever is being filled answers too; who the trackers call away may be back before they know.
  const asked = await withinPatience(askStatus(group, record))
  const { status, silence } = asked
  if (status !== null) return { group, record, ...asked, disks: status.storePaths.map(diskView) }
  return { group, record, ...asked, disks: silence === 'away' ? await lastDisks(group, record.id) : null }
}

type Answer = Pick<Heard, 'status' | 'silence'>

async function askStatus(group: string, record: StorageRecord): Promise<Answer> {
  try {
    const httpPort = await httpPortOf(record)
    if (httpPort === null) return { status: null, silence: 'foreign' }
    const { id: storageId, ip, storagePort: port } = record
    const status = await storageStatus({ group, storageId, ip, port, httpPort, isActive: true })
    return { status, silence: null }
  } catch (error) {
    const silence = silenceOf(error)
    if (silence === null) throw error
    log().debug({ err: error, storage: record.id }, 'a storage does not tell')
    return { status: null, silence }
  }
}

/** Why a storage does not tell; null for what is not its doing. */
export function silenceOf(error: unknown): Answer['silence'] {
  if (error instanceof ConnectionError || error instanceof StorageSilentError) return 'away'
  // A C FastDFS storage, one of another version, or one with other keys.
  const isForeign =
    error instanceof ServerError || error instanceof ProtocolError || error instanceof StorageServiceError
  return isForeign ? 'foreign' : null
}

/** Null: it serves no HTTP itself. */
async function httpPortOf({ ip, storagePort, upTime }: StorageRecord): Promise<number | null> {
  const address = formatAddress(ip, storagePort)
  if (env().gateway === undefined) return await addressBook().askHttpPort(address, upTime)
  await dfs().storage(address).activeTest()
  return null
}

function withinPatience(answer: Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve({ status: null, silence: 'away' }), PATIENCE_MS)
    answer.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

function groupView(group: string, heard: readonly Heard[], uploads: OpenUploads): GroupView {
  const storages = heard
    .map((member) => storageView(member, heard, uploads))
    .toSorted((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }))
  const present = storages.filter(({ state }) => state !== 'removed')
  const smallest = present.toSorted((a, b) => a.freeBytes - b.freeBytes)[0]
  const lags = present.flatMap(({ lagSeconds }) => lagSeconds ?? [])
  return {
    group,
    totalBytes: smallest?.totalBytes ?? 0,
    usedBytes: smallest?.usedBytes ?? 0,
    freeBytes: smallest?.freeBytes ?? 0,
    reservedBytes: uploads.ofGroup(group).bytes,
    uploads: uploads.ofGroup(group).count,
    active: present.filter(({ state }) => state === 'active').length,
    lagSeconds: lags.length === 0 ? null : Math.max(...lags),
    storages,
  }
}

function storageView(member: Heard, group: readonly Heard[], uploads: OpenUploads): StorageView {
  const { record, silence } = member
  const told = member.status === null ? null : toldView(member.status)
  const { totalBytes, freeBytes } = told === null ? spaceOfRecord(record) : spaceOfPaths(told.paths)
  // Trackers notice a dead storage only after a while.
  const isGone = silence === 'away' && record.status === FdfsStatus.ACTIVE
  return {
    group: member.group,
    id: record.id,
    ip: record.ip,
    port: record.storagePort,
    state: isGone ? 'offline' : storageStateOf(record.status),
    totalBytes,
    freeBytes,
    usedBytes: totalBytes - freeBytes,
    reservedBytes: uploads.ofStorage(member.group, record.id),
    ...behind(member, group),
    heartbeatAt: isoTime(record.stat.lastHeartBeatTime),
    joinedAt: isoTime(record.joinTime),
    upSince: isoTime(record.upTime),
    told,
    disks: member.disks,
    silence,
    counters: {
      written: record.stat.successUploadBytes + record.stat.successAppendBytes + record.stat.successSyncInBytes,
      read: record.stat.successDownloadBytes + record.stat.successSyncOutBytes,
    },
  }
}

/** What the others still have to send to a storage; they know it also while it is away. */
function behind({ record }: Heard, group: readonly Heard[]) {
  const senders = group.flatMap(({ status }) => status?.peers.filter(({ storageId }) => storageId === record.id) ?? [])
  if (senders.length === 0) {
    return { lagSeconds: null, recordsBehind: null, bytesBehind: null, comingBytesPerSecond: null }
  }
  return {
    lagSeconds: Math.max(...senders.map(({ lagSeconds }) => lagSeconds)),
    recordsBehind: sumKnown(senders.map(({ recordsBehind }) => recordsBehind)),
    bytesBehind: sumKnown(senders.map(({ bytesBehind }) => bytesBehind)),
    comingBytesPerSecond: sumKnown(senders.map(({ sentBytesPerSecond }) => sentBytesPerSecond)),
  }
}

function toldView(status: StorageStatus): ToldView {
  const paths = status.storePaths.map(pathView)
  return {
    version: status.version,
    startedAt: new Date(status.startedAt * 1000).toISOString(),
    paths,
    contentBytes: sumKnown(paths.map(({ contentBytes }) => contentBytes)),
    files: status.files,
    openUploads: status.openUploads,
    setAside: {
      count: status.setAside.count,
      items: status.setAside.items.map((item) => ({ ...item, at: new Date(item.at * 1000).toISOString() })),
    },
    peers: status.peers.map(({ status: state, receivedUntil, ...peer }) => ({
      ...peer,
      state: storageStateOf(state),
      receivedUntil: receivedUntil === null ? null : isoTime(receivedUntil),
    })),
    check: status.scrub === null ? null : checkView(status.scrub),
  }
}

function checkView({ startedAt, finishedAt, ...found }: NonNullable<StorageStatus['scrub']>): CheckView {
  return {
    ...found,
    startedAt: new Date(startedAt * 1000).toISOString(),
    finishedAt: finishedAt === null ? null : isoTime(finishedAt),
  }
}

function diskView({ disk, totalBytes, freeBytes }: StorageStatus['storePaths'][number]): DiskView {
  return { disk, totalBytes, freeBytes }
}

function pathView(path: StorageStatus['storePaths'][number]): PathView {
  const { totalBytes, freeBytes, reservedBytes, usedBytes, writable, failure, busyMs, disk } = path
  return {
    path: path.path,
    totalBytes,
    freeBytes,
    usedBytes: totalBytes - freeBytes,
    reservedBytes: 0,
    keptBackBytes: reservedBytes,
    contentBytes: usedBytes,
    writable,
    failure,
    busyMs,
    disk,
  }
}

function spaceOfRecord({ totalMb, freeMb }: StorageRecord) {
  return { totalBytes: totalMb * MIB, freeBytes: freeMb * MIB }
}

/** Null when one of them is not known. */
function sumKnown(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>((total, value) => (total === null || value === null ? null : total + value), 0)
}

function isoTime(unixSeconds: number): string | null {
  return unixSeconds <= 0 ? null : new Date(unixSeconds * 1000).toISOString()
}
