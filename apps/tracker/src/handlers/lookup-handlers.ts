import { trackerCommands } from '@cairn/dfs-core'
import { isIpAddress, parseHostsPort } from '../cluster/address.ts'
import { findServer, requireGroup, requireServer, type StorageServer } from '../cluster/cluster.ts'
import { Refusal } from '../cluster/refusal.ts'
import type { Session } from '../cluster/session.ts'
import { formatStorageId, type StorageIdEntry } from '../cluster/storage-ids.ts'
import { handler, type TrackerContext, type TrackerHandler } from './context.ts'
import { parametersText } from './parameters.ts'
import { briefOf } from './storage-handlers.ts'

// Who am I, who is that, and what are the settings (internals §1.3, §1.11; client protocol §3.13–§3.15). Requests of
// servers before 6.16 name no port; both forms are taken.

/** FETCH_STORAGE_IDS keeps this much of its buffer free. */
const IDS_PAGE_MARGIN = 128
const IP_TEXT_MAX = 45

export function lookupHandlers(context: TrackerContext): TrackerHandler[] {
  const { cluster, config } = context
  const ini = parametersText(config)
  const commands = trackerCommands
  return [
    handler(context, commands.parameters, () => ({ ini })),
    handler(context, commands.getMyIp, ({ group, port }, { peerIp }) => {
      const { ids } = cluster
      const entry = port === 0 ? ids?.inGroup(group, peerIp) : ids?.byAddress(peerIp, port)
      return { ips: entry?.group === group ? entry.hosts.join(',') : peerIp }
    }),
    handler(context, commands.getServerId, ({ group, address }, session) => {
      const asked = readAddress(address, session)
      return { id: cluster.ids === null ? asked.ip : requireEntry(context, group, asked).id }
    }),
    handler(context, commands.getStorageStatus, ({ group, address }, session) => {
      const server = serverAt(group, readAddress(address, session))
      return { ...briefOf(server, session), ip: server.ips[0] ?? '' }
    }),
    handler(context, commands.fetchStorageIds, ({ start, allowEmpty }) => storageIdsPage(context, start, allowEmpty)),
    handler(context, commands.getGroupName, ({ ip, port }, { peerIp }) => {
      const { ids } = cluster
      if (ids === null) throw new Refusal('unsupported', 'use_storage_id is off')
      if (ip.length > IP_TEXT_MAX) throw new Refusal('too_long', `${ip.length} characters of address`)
      const entry = ids.byAddress(ip === '' ? peerIp : ip, port)
      if (entry === undefined) throw new Refusal('unknown', `no storage id for ${ip === '' ? peerIp : ip}:${port}`)
      return { group: entry.group }
    }),
  ]

  function serverAt(groupName: string, asked: Asked): StorageServer {
    const group = requireGroup(cluster, groupName)
    if (cluster.ids !== null) return requireServer(group, requireEntry(context, groupName, asked).id)
    const server = findServer(group, asked.ip)
    if (server === undefined) throw new Refusal('unknown', `no storage server ${asked.ip} in ${groupName}`)
    return server
  }
}

interface Asked {
  ip: string
  /** 0: any. */
  port: number
}

/** `ip:port`, a bare address, or nothing for the asker's own. */
function readAddress(text: string, session: Session): Asked {
  const end = text.indexOf('\0')
  const address = end < 0 ? text : text.slice(0, end)
  if (address === '') return { ip: session.peerIp, port: 0 }
  if (isIpAddress(address)) return { ip: address, port: 0 }
  const parsed = parseHostsPort(address)
  if (parsed?.ips[0] === undefined || !isIpAddress(parsed.ips[0])) {
    throw new Refusal('malformed', `"${address}" is not ip:port`)
  }
  return { ip: parsed.ips[0], port: parsed.port }
}

function requireEntry({ cluster: { ids } }: TrackerContext, group: string, { ip, port }: Asked): StorageIdEntry {
  const entry = port === 0 ? ids?.inGroup(group, ip) : ids?.byAddress(ip, port)
  if (entry?.group !== group) throw new Refusal('unknown', `no storage id for ${ip}:${port} in ${group}`)
  return entry
}

function storageIdsPage({ cluster, config }: TrackerContext, start: number, allowEmpty: boolean) {
  const entries = cluster.ids?.entries
  if (entries === undefined) {
    if (!allowEmpty) throw new Refusal('unsupported', 'use_storage_id is off')
    return { total: 0, lines: [] }
  }
  if (start >= entries.length) throw new Refusal('malformed', `storage id ${start} of ${entries.length}`)
  const lines: string[] = []
  let left = config.answerBytesMax - IDS_PAGE_MARGIN
  for (const entry of entries.slice(start)) {
    const line = formatStorageId(entry)
    left -= line.length + 1
    if (left < 0 && lines.length > 0) break
    lines.push(line)
  }
  return { total: entries.length, lines }
}
