import { networkInterfaces } from 'node:os'
import { trackerCommands } from '@cairn/dfs-core'
import { isIpAddress, parseHostsPort } from '../cluster/address.ts'
import { changeAddress } from '../cluster/address-change.ts'
import { joinStorage } from '../cluster/join.ts'
import { Refusal } from '../cluster/refusal.ts'
import type { Session } from '../cluster/session.ts'
import { TRACKERS_MAX, type TrackerAddress } from '../cluster/tracker-list.ts'
import type { Election } from '../election/election.ts'
import { handler, type TrackerContext, type TrackerHandler } from './context.ts'

// JOIN (81) and REPORT_IP_CHANGED (78).

type JoinFrame = ReturnType<typeof trackerCommands.join.request.decode>

interface KnownTrackers {
  readonly trackers: readonly TrackerAddress[]
  isSelf(address: TrackerAddress): boolean
}

/** Addresses whose last refusal is remembered. */
const TOLD_MAX = 1000

export function joinHandlers(context: TrackerContext, { relearn }: Election): TrackerHandler[] {
  const { cluster, logger, now } = context
  /** Why the storage at an address was refused last: it tries again every few seconds, and is told of once. */
  const refused = new Map<string, string>()
  return [
    handler(context, trackerCommands.join, (request, session) => {
      const trackers = telling(request, session, () => parseTrackers(request.trackers))
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

  /** Says in the log why a storage is refused: it only sees the status. */
  function telling<T>({ group }: JoinFrame, { peerIp: from }: Session, work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (error instanceof Refusal && refused.get(from) !== error.message) {
        if (refused.size >= TOLD_MAX) refused.clear()
        refused.set(from, error.message)
        logger.warn({ from, group }, `a storage may not join: ${error.message}`)
      }
      throw error
    }
  }

  function join(request: JoinFrame, session: Session, known: KnownTrackers) {
    const answer = telling(request, session, () => takeIn(request, session, known))
    refused.delete(session.peerIp)
    return answer
  }

  function takeIn(request: JoinFrame, session: Session, { trackers, isSelf }: KnownTrackers) {
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

function parseTrackers(lines: readonly string[]): TrackerAddress[] {
  const count = lines.length
  if (count < 1 || count > TRACKERS_MAX) throw new Refusal('malformed', `a list of ${count} trackers`)
  return lines.map(parseTracker)
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
