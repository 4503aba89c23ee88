import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { buildStorageIds, parseStorageIds } from '../../src/cluster/storage-ids.ts'
import { defaultTrackerConfig, type TrackerConfig } from '../../src/config.ts'
import { type RunningTracker, startTracker } from '../../src/tracker.ts'

export const twoStorages = '100001 group1 127.0.0.1:23000\n100002 group1 127.0.0.1:23001\n'

/** A configuration with free ports on loopback and storage ids. */
export function testConfig(basePath: string, ids = twoStorages, changes: Partial<TrackerConfig> = {}): TrackerConfig {
  const base = defaultTrackerConfig(basePath)
  return {
    ...base,
    bindAddresses: ['127.0.0.1'],
    port: 0,
    http: { bindAddress: '127.0.0.1', port: 0 },
    storageIds: ids === '' ? null : buildStorageIds(parseStorageIds(ids, 'storage_ids.conf'), 'storage_ids.conf'),
    cluster: { ...base.cluster, idInFileName: ids !== '' },
    ...changes,
  }
}

/** Trackers and folders of one test file; `cleanUp` belongs into afterEach. */
export class Trackers {
  readonly #running: RunningTracker[] = []
  readonly #folders: string[] = []

  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'tracker-'))
    this.#folders.push(folder)
    return folder
  }

  /** `warned` gets the warnings of its log, line by line. */
  async start(
    config: TrackerConfig = testConfig(this.folder()),
    clock?: () => number,
    warned?: (line: string) => void,
  ): Promise<RunningTracker> {
    const logger = warned === undefined ? pino({ level: 'silent' }) : pino({ level: 'warn' }, { write: warned })
    const tracker = await startTracker(config, logger, clock)
    this.#running.push(tracker)
    return tracker
  }

  async stop(tracker: RunningTracker): Promise<void> {
    this.#running.splice(this.#running.indexOf(tracker), 1)
    await tracker.close()
  }

  async cleanUp(): Promise<void> {
    for (const tracker of this.#running.splice(0)) await tracker.close()
    for (const folder of this.#folders.splice(0)) rmSync(folder, { recursive: true, force: true })
  }
}
