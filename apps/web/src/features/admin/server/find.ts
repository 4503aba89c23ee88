import { ConnectionError, ProtocolError, ServerError, type StorageRecord } from '@cairn/dfs-core'
import { db } from '../../../lib/db.ts'
import { dfs } from '../../../lib/dfs.ts'
import { log } from '../../../lib/log.ts'
import type { AdminCounts, AdminFound } from '../schema.ts'
import type { StorageState } from '../storage-state.ts'
import { seenGroups } from './overview.ts'

/** Of each kind; who looks for more goes to its page. */
const FOUND_MAX = 5

/** People, quota groups and storages by a part of their name, address or id. */
export async function findForAdmin(q: string): Promise<AdminFound> {
  const [people, groups, storages] = await Promise.all([findPeople(q), findGroups(q), knownStorages()])
  const wanted = q.toLowerCase()
  const fits = ({ group, record }: KnownStorage) =>
    [group, record.id, record.ip].some((text) => text.toLowerCase().includes(wanted))
  return {
    people,
    groups,
    storages: storages
      .filter(fits)
      .slice(0, FOUND_MAX)
      .map(({ group, record: { id, ip } }) => ({ group, id, ip })),
  }
}

function findPeople(q: string): Promise<AdminFound['people']> {
  return db().$queryRaw`
    SELECT public_id AS id, coalesce(name, email) AS name, email FROM person
    WHERE strpos(lower(name), lower(${q})) > 0 OR strpos(email, lower(${q})) > 0
    ORDER BY lower(coalesce(name, email)), id LIMIT ${FOUND_MAX}`
}

function findGroups(q: string): Promise<AdminFound['groups']> {
  return db().$queryRaw`
    SELECT id, name FROM quota_group WHERE strpos(lower(name), lower(${q})) > 0 ORDER BY lower(name), id LIMIT ${FOUND_MAX}`
}

interface KnownStorage {
  group: string
  record: StorageRecord
}

/** As the trackers know them, without asking each; none while no tracker answers. */
async function knownStorages(): Promise<KnownStorage[]> {
  const { tracker } = dfs()
  try {
    const groups = await tracker.listGroups()
    const lists = await Promise.all(
      groups.map(async ({ group }) => (await tracker.listStorages(group)).map((record) => ({ group, record }))),
    )
    return lists.flat()
  } catch (error) {
    const isSilence = error instanceof ConnectionError || error instanceof ServerError || error instanceof ProtocolError
    if (!isSilence) throw error
    log().debug({ err: error }, 'no tracker tells about the storages')
    return []
  }
}

/** What the sidebar of the administration says beside its pages. */
export async function countForAdmin(): Promise<AdminCounts> {
  const [[rows], seen] = await Promise.all([
    db().$queryRaw<[Omit<AdminCounts, 'storages'>]>`
      SELECT (SELECT count(*) FROM person)::int AS people, (SELECT count(*) FROM quota_group)::int AS groups,
        (SELECT count(*) FROM share)::int AS shares,
        (SELECT count(*) FROM job WHERE state IN ('queued', 'running'))::int AS jobs`,
    // Each is asked: trackers notice one that is away only after a while.
    seenGroups(),
  ])
  const counts = { active: 0, syncing: 0, offline: 0 }
  for (const { state } of seen.reachable ? seen.groups.flatMap(({ storages }) => storages) : []) {
    const side = sides[state]
    if (side !== null) counts[side] += 1
  }
  return { ...rows, storages: counts }
}

const sides: Record<StorageState, keyof AdminCounts['storages'] | null> = {
  active: 'active',
  online: 'syncing',
  syncing: 'syncing',
  waiting: 'syncing',
  joining: 'syncing',
  recovering: 'syncing',
  offline: 'offline',
  addressChanged: 'offline',
  unknown: 'offline',
  removed: null,
}
