import { networkInterfaces } from 'node:os'
import { trackerCommands } from '@cairn/dfs-core'
import { isIpAddress, parseHostsPort } from '../cluster/address.ts'
import { changeAddress } from '../cluster/address-change.ts'
import { joinStorage } from '../cluster/join.ts'
import { Refusal } from '../cluster/refusal.ts'
import type { Session } from '../cluster/session.ts'
import type { TrackerAddress } from '../cluster/tracker-list.ts'
import type { Election } from '../election/election.ts'
import { handler, type TrackerContext, type TrackerHandler } from './context.ts'

// JOIN (81) and REPORT_IP_CHANGED (78).

export function joinHandlers(context: TrackerContext, { relearn }: Election): TrackerHandler[] {
  const { cluster, logger, now } = context
  return [
    handler(context, trackerCommands.join, (request, session) => {
      const trackers = request.trackers.map(parseTracker)
      const isSelf = selfTest(context, trackers, request.trackerIp)
      const learning = relearn.before(trackers.filter((tracker) => !isSelf(tracker)))
      if (learning === null) return join(request, session, { trackers, isSelf })
      return learning.then(() => {
        if (session.closed) throw new Refusal('not_ready', 'the connection was closed meanwhile')
        return join(request, session, { trackers, isSelf })
      })
    }),
    handler(context, trackerCommands.reportIpChanged, ({ group, oldIp, newIp }, session) => {
      changeAddress(cluster, { group, oldIp, newIp, peerIp: session.peerIp }, now())
      return {}
    }),
  ]

  function join(
    request: ReturnType<typeof trackerCommands.join.request.decode>,
    session: Session,
    { trackers, isSelf }: { trackers: readonly TrackerAddress[]; isSelf: (address: TrackerAddress) => boolean },
  ) {
    const server = joinStorage(
      cluster,
      session,
      {
        group: request.group,
        port: request.storagePort,
        storePathCount: request.storePathCount,
        subdirCount: request.subdirCountPerPath,
        uploadPriority: request.uploadPriority,
        joinTime: request.joinTime,
        upTime: request.upTime,
        version: request.version,
        isNew: request.initFlag !== 0,
        status: request.status,
        storageId: request.storageId,
        trackers,
      },
      { now: now(), isSelf },
    )
    const { id, group, port } = server
    logger.info({ group: group.name, storage: id, from: session.peerIp, port, version: server.version }, 'joined')
    return { status: server.status, sourceId: server.syncSource }
  }
}

function parseTracker(line: string): TrackerAddress {
  const tracker = parseHostsPort(line)
  if (tracker === undefined || !tracker.ips.every(isIpAddress))
    throw new Refusal('malformed', `"${line}" is not a tracker's ip:port`)
  return tracker
}

/**
 * Which entry of the list is this tracker: the one that the storage server dialled; else, behind a proxy for example, one
 * with an address of this host.
 */
function selfTest(
  { config, tcpPort }: TrackerContext,
  trackers: readonly TrackerAddress[],
  dialled: string,
): (address: TrackerAddress) => boolean {
  const wasDialled = ({ ips, port }: TrackerAddress) => port === tcpPort() && ips.includes(dialled)
  if (trackers.some(wasDialled)) return wasDialled
  const local = localAddresses(config.bindAddresses)
  return ({ ips, port }) => port === tcpPort() && ips.some((ip) => local.has(ip))
}

function localAddresses(bindAddresses: readonly string[]): Set<string> {
  if (!bindAddresses.some((address) => address === '0.0.0.0' || address === '::')) return new Set(bindAddresses)
  return new Set(Object.values(networkInterfaces()).flatMap((entries) => (entries ?? []).map(({ address }) => address)))
}
