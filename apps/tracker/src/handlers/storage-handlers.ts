import { type Brief, type ChangeReply, StorageStatus, trackerCommands } from '@cairn/dfs-core'
import { beat, reportDisk, reportSync } from '../cluster/activity.ts'
import { addressFor } from '../cluster/address.ts'
import { readChangelog } from '../cluster/changelog.ts'
import { requireGroup, requireServer, STORAGES_PER_GROUP_MAX, type StorageServer } from '../cluster/cluster.ts'
import { Refusal } from '../cluster/refusal.ts'
import { joinedServer, livingServer, type Session, takeChanges } from '../cluster/session.ts'
import { chooseRoomiestGroup } from '../cluster/space.ts'
import { changeOwnStatus, replicaChange, reportStatus } from '../cluster/status-report.ts'
import { notifySource, recordedSource, requestSource, sourceOf } from '../cluster/sync-source.ts'
import { reportTrunkFile, reportTrunkFree } from '../cluster/trunk-server.ts'
import type { Election } from '../election/election.ts'
import { askerClass } from './answers.ts'
import { handler, type TrackerContext, type TrackerHandler } from './context.ts'

// What storage servers report on their permanent connection, and what they ask about each other (internals §1.5–§1.12).

const NOTHING = {}
/** In place of a server's record: there is none. */
const NOBODY: Brief = { status: 0, port: 0, id: '', ip: '' }
const ID_FIELD_SIZE = 16

export function storageHandlers(context: TrackerContext, election: Election): TrackerHandler[] {
  return [
    ...reportHandlers(context, election),
    ...syncHandlers(context),
    ...statusHandlers(context),
    ...trunkHandlers(context),
  ]
}

function reportHandlers(context: TrackerContext, election: Election): TrackerHandler[] {
  const { cluster, now } = context
  const commands = trackerCommands
  const changes = (session: Session) => changesFor(context, session)
  /** A member that has just become ACTIVE may be the trunk server that its group waits for: it hears so at once. */
  const afterSignOfLife = (session: Session, report: () => void): ChangeReply | Promise<ChangeReply> => {
    const server = livingServer(session)
    const wasActive = server.status === StorageStatus.ACTIVE
    report()
    const running = wasActive ? null : election.trunk.whenNeeded(server.group)
    return running === null ? changes(session) : running.then(() => changes(session))
  }
  return [
    handler(context, commands.beat, (stat, session) =>
      afterSignOfLife(session, () => beat(cluster, session, stat, now())),
    ),
    handler(context, commands.reportDiskUsage, ({ paths }, session) =>
      afterSignOfLife(session, () => reportDisk(cluster, session, [...paths], now())),
    ),
    handler(context, commands.syncReport, ({ sources }, session) => {
      reportSync(cluster, session, sources)
      return changes(session)
    }),
    handler(context, commands.changelog, (target, session) => {
      const server = target === null ? session.server : memberOf(context, target)
      if (server === null) throw new Refusal('malformed', 'CHANGELOG names no storage server')
      return { lines: Buffer.from(readChangelog(cluster, server), 'latin1') }
    }),
  ]
}

function syncHandlers(context: TrackerContext): TrackerHandler[] {
  const { cluster, now } = context
  const commands = trackerCommands
  return [
    handler(context, commands.syncDestRequest, (_, session) => requestSource(cluster, livingServer(session), now())),
    handler(context, commands.syncDestQuery, (_, session) => recordedSource(joinedServer(session))),
    handler(context, commands.syncSourceRequest, ({ group, id }) => sourceOf(cluster, group, id)),
    handler(context, commands.syncNotify, (source, session) => {
      notifySource(cluster, livingServer(session), source)
      return NOTHING
    }),
  ]
}

function statusHandlers(context: TrackerContext): TrackerHandler[] {
  const { cluster, now } = context
  const commands = trackerCommands
  return [
    handler(context, commands.reportStatus, ({ group, server }) => {
      reportStatus(cluster, requireGroup(cluster, group), server, now())
      return NOTHING
    }),
    handler(context, commands.replicaChange, ({ servers }, session) => {
      if (servers.length < 1 || servers.length > STORAGES_PER_GROUP_MAX) {
        throw new Refusal('malformed', `${servers.length} servers in REPLICA_CHG`)
      }
      replicaChange(cluster, livingServer(session).group, servers, now())
      return NOTHING
    }),
    handler(context, commands.storageChangeStatus, ({ status }, session) => {
      changeOwnStatus(cluster, livingServer(session), status)
      return NOTHING
    }),
  ]
}

function trunkHandlers(context: TrackerContext): TrackerHandler[] {
  const { cluster } = context
  const commands = trackerCommands
  return [
    handler(context, commands.fetchTrunkFid, (_, session) => ({
      trunkFileId: joinedServer(session).group.trunk.currentFileId,
    })),
    handler(context, commands.reportTrunkFid, ({ trunkFileId }, session) => {
      reportTrunkFile(cluster, joinedServer(session), trunkFileId)
      return NOTHING
    }),
    handler(context, commands.reportTrunkFree, ({ freeMb }, session) => {
      reportTrunkFree(joinedServer(session), freeMb)
      chooseRoomiestGroup(cluster)
      return NOTHING
    }),
  ]
}

function memberOf({ cluster }: TrackerContext, target: { group: string; id: string }): StorageServer {
  return requireServer(requireGroup(cluster, target.group), target.id)
}

/** Addresses are those of the receiver's own network where a server has two. */
function changesFor({ cluster }: TrackerContext, session: Session): ChangeReply {
  const asker = askerClass(session)
  const { leader, trunkServer, members } = takeChanges(cluster, session)
  const leaderIp = leader === undefined ? '' : addressFor(leader.ips, asker)
  return {
    ...(leader && { leader: { status: 0, port: leader.port, id: leaderIp.slice(0, ID_FIELD_SIZE), ip: leaderIp } }),
    ...(trunkServer !== undefined && { trunkServer: trunkServer === null ? NOBODY : briefOf(trunkServer, session) }),
    ...(members && { members: members.map((server) => briefOf(server, session)) }),
  }
}

export function briefOf({ status, port, id, ips }: StorageServer, session: Session): Brief {
  return { status, port, id, ip: addressFor(ips, askerClass(session)) }
}
