import type { Cluster } from '../cluster/cluster.ts'
import { formatGroups } from './groups-file.ts'
import type { StateTexts } from './restore.ts'
import { formatServers } from './servers-file.ts'
import { formatSyncTimestamps } from './sync-timestamps-file.ts'

/** Trackers hand each other their state files by these numbers (internals §7.5). */
const order = ['groups', 'servers', 'syncTimestamps', 'changelog'] as const satisfies readonly (keyof StateTexts)[]

export const SYSTEM_FILE_COUNT = order.length

/** The state as it is now, as it would stand on the disk. */
export function systemFiles({ groups, ids, changelog }: Cluster): Buffer[] {
  const texts = {
    groups: formatGroups(groups),
    servers: formatServers(groups, ids !== null),
    syncTimestamps: formatSyncTimestamps(groups),
    changelog,
  }
  return order.map((name) => Buffer.from(texts[name], 'latin1'))
}

export function stateTexts(files: readonly Buffer[]): StateTexts {
  const text = (name: keyof StateTexts) => files[order.indexOf(name)]?.toString('latin1')
  return {
    groups: text('groups'),
    servers: text('servers'),
    syncTimestamps: text('syncTimestamps'),
    changelog: text('changelog'),
  }
}
