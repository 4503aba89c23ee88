import { networkInterfaces } from 'node:os'
import { trackerCommands } from '@cairn/dfs-core'
import { isIpAddress, parseHostsPort } from '../cluster/address.ts'
import { changeAddress } from '../cluster/address-change.ts'
import { joinStorage } from '../cluster/join.ts'
import { Refusal } from '../cluster/refusal.ts'
import type { TrackerAddress } from '../cluster/tracker-list.ts'
import { handler, type TrackerContext, type TrackerHandler } from './context.ts'

// JOIN (81) and REPORT_IP_CHANGED (78).

export function joinHandlers(context: TrackerContext): TrackerHandler[] {
  const { cluster, logger, now } = context
  return [
    handler(context, trackerCommands.join, (request, session) => {
      const trackers = request.trackers.map(parseTracker)
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
        { now: now(), isSelf: selfTest(context, trackers, request.trackerIp) },
      )
      const { id, group, port } = server
      logger.info({ group: group.name, storage: id, from: session.peerIp, port, version: server.version }, 'joined')
      return { status: server.status, sourceId: server.syncSource }
    }),
    handler(context, trackerCommands.reportIpChanged, ({ group, oldIp, newIp }, session) => {
      changeAddress(cluster, { group, oldIp, newIp, peerIp: session.peerIp }, now())
      return {}
    }),
  ]
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
