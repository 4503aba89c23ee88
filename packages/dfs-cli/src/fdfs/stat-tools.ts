import { type DfsClient, StorageStatus, storageStatusName, type TrackerStat } from '@cairn/dfs-core'
import { humanSize } from '../human-size.ts'
import { localTime } from '../local-time.ts'
import { orFail, type Tool, usage, withClient } from './tool.ts'

const DEFAULT_CONF = '/etc/fdfs/client.conf'
const MIB = 1024 * 1024

interface Options {
  readonly conf: string
  readonly letters: ReadonlySet<string>
}

/** `-c conf` and any number of one-letter switches. */
function parse(args: readonly string[], allowed: string): Options | null {
  const letters = new Set<string>()
  let conf = DEFAULT_CONF
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? ''
    if (arg === '-c') conf = args[++i] ?? ''
    else if (/^-[A-Za-z]+$/.test(arg)) for (const letter of arg.slice(1)) letters.add(letter)
    else return null
  }
  return conf !== '' && [...letters].every((letter) => allowed.includes(letter)) ? { conf, letters } : null
}

/** A switch for and one against: true, false, or undefined when neither was given. */
function either(letters: ReadonlySet<string>, yes: string, no: string): boolean | undefined {
  if (letters.has(yes)) return true
  return letters.has(no) ? false : undefined
}

function statTool(
  name: string,
  allowed: string,
  report: (client: DfsClient, options: Options) => Promise<string>,
): Tool {
  return (args, terminal) => {
    const options = parse(args, allowed)
    if (options === null) return usage(terminal, `${name} [-c config_filename] [-${[...allowed].join('] [-')}]`)
    return withClient(options.conf, terminal, (client) =>
      orFail(terminal, { what: name, to: 'err' }, async () => terminal.out(await report(client, options))),
    )
  }
}

const connectionText = ({ allocated, current, max }: TrackerStat['connections']) =>
  `connections {alloc: ${allocated}, current: ${current}, max: ${max}}`

interface Version {
  readonly version: string
  readonly upTime: number
  readonly lastHeartBeatTime: number
}

function detailLines({ version, upTime, lastHeartBeatTime }: Version, withHeartBeat: boolean): string[] {
  const heartBeat = withHeartBeat ? `, last_heartbeat_time: ${localTime(lastHeartBeatTime)}` : ''
  return [`  version: ${version}, up_time: ${localTime(upTime)}${heartBeat}`, '']
}

/** Nothing at all when there is nothing to tell, as the C tools do. */
function table(lines: readonly string[], count: number, what: string): string {
  return count === 0 ? '' : `\n${lines.join('\n')}\n\n${what}: ${count}\n\n`
}

export const trackerStat = statTool('fdfs_tracker_stat', 'ANLFd', async (client, { letters }) => {
  const active = either(letters, 'A', 'N')
  const leader = either(letters, 'L', 'F')
  const only = { ...(active !== undefined && { active }), ...(leader !== undefined && { leader }) }
  const trackers = await client.tracker.trackerStats(only)
  const lines = trackers.flatMap((tracker) => [
    `${tracker.host}, is_leader: ${Number(tracker.isLeader)}, is_active: ${Number(tracker.isActive)}, ` +
      connectionText(tracker.connections),
    ...(letters.has('d') ? detailLines(tracker, !tracker.isLeader) : []),
  ])
  return table(lines, trackers.length, 'tracker server count')
})

export const storageStat = statTool('fdfs_storage_stat', 'ANTtd', async (client, { letters }) => {
  const active = either(letters, 'A', 'N')
  const trunkServer = either(letters, 'T', 't')
  const found = await client.tracker.storageStats({
    ...(active === true && { status: StorageStatus.ACTIVE }),
    ...(active === false && { notStatus: StorageStatus.ACTIVE }),
    ...(trunkServer !== undefined && { trunkServer }),
  })
  const lines = found.storages.flatMap((storage) => [
    (found.useStorageId ? `${storage.id} ` : '') +
      `${storage.host} ${storageStatusName(storage.status)}, ` +
      (found.useTrunkFile ? `is_trunk_server: ${Number(storage.isTrunkServer)}, ` : '') +
      connectionText(storage.connections),
    ...(letters.has('d') ? detailLines(storage, true) : []),
  ])
  return table(lines, found.storages.length, 'storage server count')
})

const size = (mebibytes: number) => humanSize(mebibytes * MIB)
const share = (part: number, whole: number) => `${(whole === 0 ? 0 : (100 * part) / whole).toFixed(2)}%`

export const volumeStat = statTool('fdfs_volumn_stat', 'ANFDdTt', async (client, { letters }) => {
  const space = either(letters, 'A', letters.has('F') ? 'F' : 'N')
  const disk = either(letters, 'D', 'd')
  const trunk = either(letters, 'T', 't')
  const { useTrunkFile, groups } = await client.tracker.volumeStats({
    ...(space !== undefined && { space }),
    ...(disk !== undefined && { disk }),
    ...(trunk !== undefined && { trunk }),
  })
  const lines = groups.map((group) => {
    const { totalMb, freeMb, reservedMb, availableMb, trunkFreeMb } = group
    const all = availableMb + trunkFreeMb
    const trunkText = useTrunkFile
      ? `, trunk free space: ${size(trunkFreeMb)}, total available {space: ${size(all)}, ratio: ${share(all, totalMb)}}`
      : ''
    return (
      `${group.group} disk_available: ${Number(group.isDiskAvailable)}` +
      (useTrunkFile ? `, trunk_available: ${Number(group.isTrunkAvailable)}` : '') +
      `, disk space {total: ${size(totalMb)}, free: ${size(freeMb)}, reserved: ${size(reservedMb)}, ` +
      `avail: ${size(availableMb)}, util: ${share(totalMb - freeMb, totalMb)}}${trunkText}`
    )
  })
  return table(lines, groups.length, 'storage volumn / group count')
})
