import { STORAGE_STATUS_NONE, StorageStatus, storageStatusName } from '@cairn/dfs-core'
import { beat, disconnect, reportDisk, reportSync, scan } from '../../src/cluster/activity.ts'
import { changeAddress } from '../../src/cluster/address-change.ts'
import { readChangelog } from '../../src/cluster/changelog.ts'
import { chooseFetch, chooseFetchAll, chooseUpdate, explainFetch } from '../../src/cluster/choose-fetch.ts'
import { chooseUpload, chooseUploadAll } from '../../src/cluster/choose-upload.ts'
import {
  type Cluster,
  type ClusterSettings,
  createCluster,
  requireGroup,
  requireServer,
  type StorageServer,
} from '../../src/cluster/cluster.ts'
import type { FileName } from '../../src/cluster/file-name.ts'
import { joinStorage } from '../../src/cluster/join.ts'
import { Refusal } from '../../src/cluster/refusal.ts'
import { deleteGroup, deleteStorage } from '../../src/cluster/removal.ts'
import { createSession, joinedServer, type Session, takeChanges } from '../../src/cluster/session.ts'
import { chooseRoomiestGroup } from '../../src/cluster/space.ts'
import { changeOwnStatus, replicaChange, reportStatus } from '../../src/cluster/status-report.ts'
import { buildStorageIds, parseStorageIds, StorageIdsError } from '../../src/cluster/storage-ids.ts'
import { notifySource, recordedSource, requestSource, sourceOf } from '../../src/cluster/sync-source.ts'
import { setLeader } from '../../src/cluster/tracker-list.ts'
import {
  reportTrunkFile,
  reportTrunkFree,
  requestedTrunkServer,
  setTrunkServer,
  takeTrunkServers,
  trunkCandidates,
} from '../../src/cluster/trunk-server.ts'
import { formatGroups } from '../../src/snapshot/groups-file.ts'
import { restoreCluster, type StateTexts } from '../../src/snapshot/restore.ts'
import { formatServers } from '../../src/snapshot/servers-file.ts'
import { formatSyncTimestamps } from '../../src/snapshot/sync-timestamps-file.ts'
import type { Case } from './datadriven.ts'

const START = 1_000_000

const emptyDisk: StateTexts = { groups: undefined, servers: undefined, syncTimestamps: undefined, changelog: undefined }

const defaults: ClusterSettings = {
  storeLookup: 0,
  storeGroup: '',
  storeServer: 0,
  storePath: 0,
  downloadServer: 0,
  reservedSpace: { kind: 'mb', mb: 100 },
  checkActiveIntervalSeconds: 100,
  syncFileMaxDelaySeconds: 86_400,
  syncFileMaxTimeSeconds: 300,
  trustStorageServerId: true,
  useTrunkFile: false,
  idInFileName: true,
}

/** A cluster that is driven by the words of a scenario file. Times are printed as seconds from the start, `t+5`. */
export class World {
  #now = START
  #settings = defaults
  #ids = ''
  #cluster: Cluster = createCluster(defaults, null)
  #self = '127.0.0.1:22122'
  #disk: StateTexts = emptyDisk
  readonly #connections = new Map<string, Session>()

  run({ command, args, input }: Case): string {
    const words = args.filter((arg) => !arg.includes('='))
    const options = new Map(args.filter((arg) => arg.includes('=')).map((arg) => splitOnce(arg)))
    const action = this.#actions[command]
    if (action === undefined) return `no such command: ${command}`
    try {
      return action({ words, options, input }) || 'ok'
    } catch (error) {
      if (error instanceof Refusal) return `refused, ${error.reason}: ${error.message}`
      if (error instanceof StorageIdsError) return `error: ${error.message}`
      throw error
    }
  }

  readonly #actions: Record<string, (line: Line) => string> = {
    // The surroundings
    settings: ({ options }) => this.#configure(options),
    ids: ({ input }) => this.#useIds(input),
    tick: ({ words: [seconds] }) => {
      this.#now += Number(seconds)
      return this.#time(this.#now)
    },
    scan: () =>
      list(scan(this.#cluster, this.#now).map((server) => `${server.id} ${storageStatusName(server.status)}`)),
    restart: () => {
      this.#save(['changelog', 'groups', 'servers', 'syncTimestamps'])
      return this.#load()
    },
    save: ({ words }) => this.#save(words),
    crash: () => this.#load(),
    unsaved: () => this.#takeUnsaved(),
    state: () => this.#state(),

    // Other trackers
    lead: () => {
      setLeader(this.#cluster.trackers, this.#cluster.trackers.self)
      return 'ok'
    },
    'step-down': () => {
      setLeader(this.#cluster.trackers, null)
      return 'ok'
    },
    'told-trunk-server': ({ words: [group = '', id = ''] }) => {
      takeTrunkServers(this.#cluster, [{ group, id }])
      return requireGroup(this.#cluster, group).trunk.server || 'none'
    },

    // Storage servers; the first word names the connection
    join: (line) => this.#join(line),
    beat: ({ words: [name], options }) => {
      const updated = options.get('source_update')
      const stat =
        updated === undefined ? null : ({ lastSourceUpdate: this.#readTime(updated) } as StorageServer['stat'])
      beat(this.#cluster, this.#session(name), stat, this.#now)
      return this.#changes(name)
    },
    disk: ({ words: [name, ...paths] }) => {
      const parsed = paths.map((path) => {
        const [freeMb = 0, totalMb = 0] = path.split('/').map(Number)
        return { freeMb, totalMb }
      })
      reportDisk(this.#cluster, this.#session(name), parsed, this.#now)
      return this.#changes(name)
    },
    synced: ({ words: [name], options }) => {
      const entries = [...options].map(([id, time]) => ({ id, timestamp: this.#readTime(time) }))
      reportSync(this.#cluster, this.#session(name), entries)
      return this.#changes(name)
    },
    close: ({ words: [name] }) => {
      const session = this.#session(name)
      const { server } = session
      disconnect(this.#cluster, session)
      return server === null ? 'ok' : storageStatusName(server.status)
    },
    'dest-req': ({ words: [name] }) =>
      this.#source(requestSource(this.#cluster, joinedServer(this.#session(name)), this.#now)),
    notify: ({ words: [name, sourceId = ''], options }) => {
      const server = joinedServer(this.#session(name))
      notifySource(this.#cluster, server, { sourceId, until: this.#readTime(options.get('until') ?? '0') })
      return storageStatusName(server.status)
    },
    'dest-query': ({ words: [name] }) => this.#source(recordedSource(joinedServer(this.#session(name)))),
    'src-req': ({ words: [group = '', id = ''] }) => this.#source(sourceOf(this.#cluster, group, id)),
    report: ({ words: [group = '', id = '', status = ''] }) => {
      const ip = id.includes('.') ? id : ''
      const found = requireGroup(this.#cluster, group)
      reportStatus(this.#cluster, found, { id, ip, port: 0, status: statusNumber(status) }, this.#now)
      return storageStatusName(requireServer(found, id).status)
    },
    'replica-change': ({ words: [name, id = '', status = ''] }) => {
      const { group } = joinedServer(this.#session(name))
      replicaChange(this.#cluster, group, [{ id, ip: '', port: 0, status: statusNumber(status) }], this.#now)
      return storageStatusName(requireServer(group, id).status)
    },
    'change-status': ({ words: [name, status = ''] }) => {
      const server = joinedServer(this.#session(name))
      changeOwnStatus(this.#cluster, server, statusNumber(status))
      return storageStatusName(server.status)
    },
    changelog: ({ words: [name, group = '', id = ''] }) => {
      const session = this.#session(name)
      const server = session.server ?? requireServer(requireGroup(this.#cluster, group), id)
      return list(
        readChangelog(this.#cluster, server)
          .split('\n')
          .slice(0, -1)
          .map((line) => this.#line(line)),
      )
    },
    move: ({ words: [group = '', oldIp = '', newIp = ''], options }) => {
      const peerIp = options.get('from') ?? newIp
      changeAddress(this.#cluster, { group, oldIp, newIp, peerIp }, this.#now)
      return 'ok'
    },

    // Clients and administrators
    store: ({ words: [group = null] }) => {
      const { group: found, server, pathIndex } = chooseUpload(this.#cluster, group)
      return `${found.name} ${server.id} path ${pathIndex}`
    },
    'store-all': ({ words: [group = null] }) => {
      const { group: found, pathIndex } = chooseUploadAll(this.#cluster, group)
      return `${found.name} ${found.writable.map((server) => server.id).join(' ')} path ${pathIndex}`
    },
    fetch: ({ words: [group = ''], options }) => {
      const { server, reason } = chooseFetch(
        this.#cluster,
        requireGroup(this.#cluster, group),
        this.#file(options),
        this.#now,
      )
      return `${server.id}: ${reason}`
    },
    'fetch-all': ({ words: [group = ''], options }) => {
      const found = requireGroup(this.#cluster, group)
      return list(chooseFetchAll(this.#cluster, found, this.#file(options), this.#now).map((server) => server.id))
    },
    explain: ({ words: [group = ''], options }) => {
      const members = explainFetch(this.#cluster, requireGroup(this.#cluster, group), this.#file(options), this.#now)
      return list(members.map(({ server, serves, reason }) => `${server.id} ${serves ? 'yes' : 'no'}: ${reason}`))
    },
    update: ({ words: [group = ''], options }) =>
      chooseUpdate(this.#cluster, requireGroup(this.#cluster, group), this.#file(options)).id,
    delete: ({ words: [group = '', id = ''] }) => {
      deleteStorage(this.#cluster, group, id, this.#now)
      return 'ok'
    },
    'trunk-server': ({ words: [group = '', id = ''] }) => {
      setTrunkServer(this.#cluster, requireGroup(this.#cluster, group), id)
      return 'ok'
    },
    'request-trunk-server': ({ words: [group = '', id = ''] }) =>
      requestedTrunkServer(requireGroup(this.#cluster, group), id).id,
    'trunk-candidates': ({ words: [group = ''] }) =>
      list(trunkCandidates(this.#cluster, requireGroup(this.#cluster, group)).map((server) => server.id)),
    'trunk-file': ({ words: [name, id] }) => {
      reportTrunkFile(this.#cluster, joinedServer(this.#session(name)), Number(id))
      return `newest ${joinedServer(this.#session(name)).group.trunk.currentFileId}`
    },
    'trunk-free': ({ words: [name, mb] }) => {
      reportTrunkFree(joinedServer(this.#session(name)), Number(mb))
      chooseRoomiestGroup(this.#cluster)
      return 'ok'
    },
    'delete-group': ({ words: [group = ''] }) => {
      deleteGroup(this.#cluster, group)
      return 'ok'
    },
  }

  #configure(options: Map<string, string>): string {
    const settings: Record<string, unknown> = { ...this.#settings }
    for (const [key, value] of options) {
      if (key === 'self') this.#self = value
      else if (key === 'reserved') settings['reservedSpace'] = reserved(value)
      else settings[key] = /^\d+$/.test(value) ? Number(value) : parseWord(value)
    }
    this.#settings = settings as unknown as ClusterSettings
    this.#cluster = createCluster(this.#settings, this.#buildIds())
    return 'ok'
  }

  #useIds(input: string[]): string {
    this.#ids = input.join('\n')
    this.#disk = emptyDisk
    this.#cluster = createCluster(this.#settings, this.#buildIds())
    return `${this.#cluster.ids?.entries.length ?? 'no'} ids`
  }

  #buildIds() {
    return this.#ids === '' ? null : buildStorageIds(parseStorageIds(this.#ids, 'storage_ids.conf'), 'storage_ids.conf')
  }

  #save(names: string[]): string {
    const { groups, ids, changelog } = this.#cluster
    const texts: Record<string, string> = {
      changelog,
      groups: formatGroups(groups),
      servers: formatServers(groups, ids !== null),
      syncTimestamps: formatSyncTimestamps(groups),
    }
    for (const name of names) this.#disk = { ...this.#disk, [name]: texts[name] }
    return 'ok'
  }

  #load(): string {
    this.#cluster = createCluster(this.#settings, this.#cluster.ids)
    this.#connections.clear()
    return list([...restoreCluster(this.#cluster, this.#disk, 'data'), this.#state()])
  }

  #takeUnsaved(): string {
    const { unsaved } = this.#cluster
    const words = Object.entries(unsaved).filter(([, value]) => value)
    Object.assign(unsaved, { groups: false, storages: false, syncTimestamps: false, urgent: false })
    return list(words.map(([key]) => key).join(' ') === '' ? [] : [words.map(([key]) => key).join(' ')])
  }

  #state(): string {
    const lines: string[] = []
    for (const group of this.#cluster.groups) {
      const { name, port, storePathCount, freeMb, totalMb } = group
      lines.push(`${name} port ${port} paths ${storePathCount} free ${freeMb}/${totalMb}`)
      for (const server of group.sorted) lines.push(`  ${this.#describe(server)}`)
    }
    return list(lines)
  }

  #describe({ id, ips, port, status, syncSource, syncUntil, syncedFrom }: StorageServer): string {
    const source = syncSource === '' ? '' : `, source ${syncSource} until ${this.#time(syncUntil)}`
    const synced = [...syncedFrom].map(([from, time]) => `, synced ${from} ${this.#time(time)}`).join('')
    return `${id} ${ips.join(',')}:${port} ${storageStatusName(status)}${source}${synced}`
  }

  #join({ words: [name = ''], options }: Line): string {
    const entry = this.#cluster.ids?.byId(options.get('id') ?? '')
    const number = (key: string, otherwise: number) => Number(options.get(key) ?? otherwise)
    const session = createSession()
    session.peerIp = options.get('ip') ?? entry?.hosts[0] ?? '127.0.0.1'
    this.#connections.set(name, session)
    const server = joinStorage(
      this.#cluster,
      session,
      {
        group: options.get('group') ?? entry?.group ?? 'group1',
        port: number('port', entry?.port ?? 23_000),
        storePathCount: number('paths', 1),
        subdirCount: number('subdirs', 256),
        uploadPriority: number('priority', 10),
        joinTime: START,
        upTime: this.#now,
        version: '6.16.1',
        isNew: options.get('new') === '1',
        status: number('status', 0),
        storageId: options.get('id') ?? '',
        trackers: (options.get('trackers') ?? this.#self).split(';').map(trackerAddress),
      },
      { now: this.#now, isSelf: ({ ips, port }) => `${ips[0]}:${port}` === this.#self },
    )
    return `${server.id} ${storageStatusName(server.status)}${server.syncSource === '' ? '' : ` source ${server.syncSource}`}`
  }

  #changes(name: string | undefined): string {
    const { leader, trunkServer, members } = takeChanges(this.#cluster, this.#session(name))
    const lines: string[] = []
    if (leader !== undefined) lines.push(`leader ${leader.ips.join(',')}:${leader.port}`)
    if (trunkServer !== undefined) lines.push(`trunk server ${trunkServer?.id ?? 'none'}`)
    for (const { id, status } of members ?? []) lines.push(`${id} ${storageStatusName(status)}`)
    return list(lines)
  }

  #session(name: string | undefined): Session {
    const session = this.#connections.get(name ?? '') ?? createSession()
    this.#connections.set(name ?? '', session)
    return session
  }

  #file(options: Map<string, string>): FileName {
    const source = options.get('source') ?? ''
    const octets = source.includes('.') ? source.split('.').map(Number) : []
    return {
      sourceId: octets.length === 0 ? Number(source) : 0,
      sourceIpv4: octets.reduce((value, octet) => value * 256 + octet, 0),
      timestamp: this.#now - Number(options.get('age') ?? 0),
      isNormal: (options.get('kind') ?? 'normal') === 'normal',
    }
  }

  #source(source: { sourceId: string; until: number } | null): string {
    return source === null ? 'none' : `${source.sourceId} until ${this.#time(source.until)}`
  }

  #line(line: string): string {
    const [time, ...rest] = line.split(' ')
    return [this.#time(Number(time)), ...rest].join(' ').trimEnd()
  }

  #time(seconds: number): string {
    return `t+${seconds - START}`
  }

  /** `t+5`, or `0` for never. */
  #readTime(text: string): number {
    return text.startsWith('t+') ? START + Number(text.slice(2)) : Number(text)
  }
}

interface Line {
  words: string[]
  options: Map<string, string>
  input: string[]
}

function list(lines: string[]): string {
  return lines.length === 0 ? 'nothing' : lines.join('\n')
}

function splitOnce(arg: string): [string, string] {
  const at = arg.indexOf('=')
  return [arg.slice(0, at), arg.slice(at + 1)]
}

function parseWord(value: string): string | boolean {
  if (value === 'true' || value === 'false') return value === 'true'
  return value
}

function reserved(value: string): ClusterSettings['reservedSpace'] {
  if (value.endsWith('%')) return { kind: 'ratio', ratio: Number(value.slice(0, -1)) / 100 }
  return { kind: 'mb', mb: Number(value) }
}

function statusNumber(name: string): number {
  if (name === 'NONE') return STORAGE_STATUS_NONE
  return Object.entries(StorageStatus).find(([key]) => key === name)?.[1] ?? Number(name)
}

function trackerAddress(text: string): { ips: string[]; port: number } {
  const [ips = '', port] = text.split(':')
  return { ips: ips.split(','), port: Number(port) }
}
