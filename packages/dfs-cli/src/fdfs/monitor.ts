import { DfsClient, ServerError, Status } from '@cairn/dfs-core'
import { type ClientConf, trackerAddresses } from '../client-conf.ts'
import { errnoOf, errnoText } from '../errno.ts'
import type { Terminal } from '../terminal.ts'
import { groupReport } from './monitor-report.ts'
import { logError, type Tool, usage, withClient } from './tool.ts'

const DEFAULT_CONF = '/etc/fdfs/client.conf'
/** What may stand first where no configuration file is named. */
const NO_CONF: readonly string[] = ['-h', 'list', 'delete', 'set_trunk_server']
const USAGE =
  'fdfs_monitor <config_file> [-h <tracker_server>] [list|delete|set_trunk_server <group_name> [storage_id]]\n' +
  '\tthe tracker server format: host[:port], the tracker default port is 22122'

export const monitor: Tool = (args, terminal) => {
  const [conf = DEFAULT_CONF, ...rest] = NO_CONF.includes(args[0] ?? '-h') ? [DEFAULT_CONF, ...args] : args
  const tracker = rest[0] === '-h' ? rest.splice(0, 2)[1] : undefined
  const [command = 'list', group, id = ''] = rest
  if (args.includes('-h') && tracker === undefined) return usage(terminal, USAGE)
  return withClient(conf, terminal, async (client, settings) => {
    const { servers } = settings
    const [wanted = ''] = tracker === undefined ? [] : trackerAddresses(tracker)
    const index = tracker === undefined ? 0 : servers.findIndex((addresses) => addresses.includes(wanted))
    const trackers = servers[index] ?? []
    if (index < 0) {
      terminal.out(`tracker server: ${tracker} not exists!\n`)
      return Status.ENOENT
    }
    terminal.out(`tracker server count=${servers.length}, current server index=${index}\n`)
    terminal.out(`\ntracker server is ${trackers[0]}\n\n`)
    if (command === 'list') return await listAt({ ...settings, trackers }, group, terminal)
    if (command === 'delete' && group !== undefined) return await remove(client, { group, id }, terminal)
    if (command === 'set_trunk_server' && group !== undefined)
      return await setTrunkServer(client, { group, id }, terminal)
    terminal.out(`Invalid command ${command}\n`)
    usage(terminal, USAGE)
    return 0
  })
}

/** From the one tracker that was named: what it knows and not what the others do. */
async function listAt(settings: ClientConf, group: string | undefined, terminal: Terminal): Promise<number> {
  const client = new DfsClient(settings)
  try {
    const all = await client.tracker.listGroups()
    const groups = group === undefined ? all : all.filter((record) => record.group === group)
    if (group === undefined) terminal.out(`group count: ${groups.length}\n`)
    for (const [index, record] of groups.entries()) {
      terminal.out(`\n${groupReport(index + 1, record, await client.tracker.listStorages(record.group))}`)
    }
    return 0
  } catch (error) {
    logError(terminal, error instanceof Error ? error.message : String(error))
    return errnoOf(error)
  } finally {
    client.close()
  }
}

interface Target {
  readonly group: string
  readonly id: string
}

function remove(client: DfsClient, { group, id }: Target, terminal: Terminal): Promise<number> {
  const what = id === '' ? `delete group: ${group}` : `delete storage server ${group}::${id}`
  return told(terminal, what, async () => {
    if (id === '') await client.admin.deleteGroup(group)
    else await client.admin.deleteStorage(group, id)
    return ''
  })
}

function setTrunkServer(client: DfsClient, { group, id }: Target, terminal: Terminal): Promise<number> {
  return told(terminal, `set trunk server ${group}::${id}`, async () => {
    return `, new trunk server: ${await client.admin.setTrunkServer(group, id)}`
  })
}

async function told(terminal: Terminal, what: string, work: () => Promise<string>): Promise<number> {
  try {
    terminal.out(`${what} success${await work()}\n`)
  } catch (error) {
    if (!(error instanceof ServerError)) logError(terminal, error instanceof Error ? error.message : String(error))
    const errno = errnoOf(error)
    terminal.out(`${what} fail, error no: ${errno}, error info: ${errnoText(errno)}\n`)
  }
  return 0
}
