import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Cluster } from '../cluster/cluster.ts'
import { appendAt, readIfExists, replaceFile } from './atomic-file.ts'
import { formatGroups, GROUPS_FILE } from './groups-file.ts'
import { CHANGELOG_FILE, restoreCluster } from './restore.ts'
import { formatServers, SERVERS_FILE } from './servers-file.ts'
import { StateFileError } from './state-file-error.ts'
import { formatSyncTimestamps, SYNC_TIMESTAMPS_FILE } from './sync-timestamps-file.ts'
import {
  formatTrackerStatus,
  parseTrackerStatus,
  TRACKER_STATUS_FILE,
  type TrackerStatus,
} from './tracker-status-file.ts'

/** Counters and sync timestamps change all the time and are reported anew after a crash: they are saved this often. */
const SAVE_INTERVAL_MS = 30_000
/** Written by FastDFS before 5.x, in another form. */
const OLD_FILES = ['storage_groups.dat', 'storage_servers.dat']

export interface SnapshotStore {
  /** When the tracker before this one was last known to run; 0 if never. */
  readonly lastCheckTime: number
  /** Why the last write failed; null when it did not. */
  readonly lastError: Error | null
  /** Writes what has changed; resolves when all that had changed at the call is durable. */
  save(): Promise<void>
  /** Writes all files anew: the cluster in memory was replaced, and `changelog` is its change log. */
  replaceAll(changelog: string): Promise<void>
  saveTrackerStatus(status: TrackerStatus): Promise<void>
  /** Stops the periodic save and writes the rest. */
  close(): Promise<void>
}

/** Loads `<basePath>/data` into the empty `cluster` and keeps the files up to date from then on. */
export async function openSnapshotStore(basePath: string, cluster: Cluster, logger: Logger): Promise<SnapshotStore> {
  const folder = join(basePath, 'data')
  await mkdir(folder, { recursive: true })
  await restoreFrom(folder, cluster, logger)
  const statusPath = join(folder, TRACKER_STATUS_FILE)
  const status = parseTrackerStatus(await readIfExists(statusPath), statusPath)
  return new FileStore({ folder, cluster, logger, lastCheckTime: status?.lastCheckTime ?? 0 })
}

async function restoreFrom(folder: string, cluster: Cluster, logger: Logger): Promise<void> {
  const read = (name: string) => readIfExists(join(folder, name))
  const groups = await read(GROUPS_FILE)
  for (const name of OLD_FILES) {
    if (groups !== undefined || (await read(name)) === undefined) continue
    throw new StateFileError(
      join(folder, name),
      0,
      'written by FastDFS before 5.x; let a newer FastDFS tracker convert it first',
    )
  }
  const changelog = (await read(CHANGELOG_FILE)) ?? ''
  const whole = changelog.slice(0, changelog.lastIndexOf('\n') + 1)
  if (whole.length < changelog.length) {
    // An append that a crash cut off was never acknowledged; a torn line anywhere else stops the start.
    const line = whole.split('\n').length
    logger.warn({ file: join(folder, CHANGELOG_FILE), line }, 'the last line is not complete and is dropped')
  }
  const servers = await read(SERVERS_FILE)
  const syncTimestamps = await read(SYNC_TIMESTAMPS_FILE)
  const warnings = restoreCluster(cluster, { groups, servers, syncTimestamps, changelog: whole }, folder)
  for (const warning of warnings) logger.warn({ folder }, warning)
}

class FileStore implements SnapshotStore {
  readonly lastCheckTime: number
  lastError: Error | null = null
  readonly #folder: string
  readonly #cluster: Cluster
  readonly #logger: Logger
  readonly #timer: NodeJS.Timeout
  #changelogLength: number
  #running: Promise<void> | null = null
  #next: Promise<void> | null = null

  constructor(options: { folder: string; cluster: Cluster; logger: Logger; lastCheckTime: number }) {
    this.lastCheckTime = options.lastCheckTime
    this.#folder = options.folder
    this.#cluster = options.cluster
    this.#logger = options.logger
    this.#changelogLength = options.cluster.changelog.length
    this.#timer = setInterval(() => this.#saveQuietly(), SAVE_INTERVAL_MS)
    this.#timer.unref()
  }

  save(): Promise<void> {
    if (this.#running === null) {
      this.#running = this.#write().finally(() => {
        this.#running = null
      })
      return this.#running
    }
    // The write that runs may have passed the file in question: one more covers everybody who asks meanwhile.
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = null
        return this.save()
      })
    return this.#next
  }

  async replaceAll(changelog: string): Promise<void> {
    await this.#running?.catch(() => undefined)
    await replaceFile(join(this.#folder, CHANGELOG_FILE), changelog)
    this.#cluster.changelog = changelog
    this.#changelogLength = changelog.length
    Object.assign(this.#cluster.unsaved, { groups: true, storages: true, syncTimestamps: true })
    await this.save()
  }

  async saveTrackerStatus(status: TrackerStatus): Promise<void> {
    await replaceFile(join(this.#folder, TRACKER_STATUS_FILE), formatTrackerStatus(status))
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.save()
  }

  #saveQuietly(): void {
    // The error is logged and kept in lastError; the next turn tries again.
    this.save().catch(() => undefined)
  }

  async #write(): Promise<void> {
    const { unsaved, groups, ids, changelog } = this.#cluster
    const todo = { ...unsaved }
    Object.assign(unsaved, { groups: false, storages: false, syncTimestamps: false, urgent: false })
    try {
      // Texts are made before the first await, so that the files fit together.
      const texts: [string, string][] = []
      if (todo.groups) texts.push([GROUPS_FILE, formatGroups(groups)])
      if (todo.storages) texts.push([SERVERS_FILE, formatServers(groups, ids !== null)])
      if (todo.syncTimestamps) texts.push([SYNC_TIMESTAMPS_FILE, formatSyncTimestamps(groups)])
      // The change log first: after a crash in between a deletion must not be forgotten.
      await this.#appendChangelog(changelog)
      for (const [name, text] of texts) await replaceFile(join(this.#folder, name), text)
      this.lastError = null
    } catch (error) {
      for (const key of ['groups', 'storages', 'syncTimestamps', 'urgent'] as const) unsaved[key] ||= todo[key]
      this.lastError = error instanceof Error ? error : new Error(String(error))
      this.#logger.error({ err: error, folder: this.#folder }, 'the state of the cluster could not be saved')
      throw error
    }
  }

  async #appendChangelog(changelog: string): Promise<void> {
    const addition = changelog.slice(this.#changelogLength)
    if (addition === '') return
    await appendAt(join(this.#folder, CHANGELOG_FILE), this.#changelogLength, addition)
    this.#changelogLength = changelog.length
  }
}
