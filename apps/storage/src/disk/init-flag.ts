import { statSync } from 'node:fs'
import { join } from 'node:path'
import { parseKeyValues } from '../engine/key-values.ts'
import { makeFolder, readFileIfAny, replaceFile } from './atomic-file.ts'

/** `.data_init_flag`: what this data folder is to its group. Written whole at every change. */
interface InitFlag {
  /** Unix seconds: when the data folder was made. */
  readonly joinTime: number
  /** The group's history was asked for once, and whoever sends it is known. */
  readonly syncOldDone: boolean
  /** Id of the member that sends the history; empty when there is none. */
  readonly syncSource: string
  /** Unix seconds: the source sends everything up to here, the others what is newer. */
  readonly syncUntil: number
  readonly lastIp: string
  readonly lastPort: number
  /** Keys of trunk files and path marks, kept as they are. */
  readonly others: ReadonlyMap<string, string>
}

export interface InitFlagFile {
  readonly flag: InitFlag
  /** True when there was none: the data folder is new. */
  readonly isNew: boolean
  save(change: Partial<InitFlag>): void
}

const OWN_KEYS = new Set([
  'storage_join_time',
  'sync_old_done',
  'sync_src_server',
  'sync_until_timestamp',
  'last_ip_addr',
  'last_server_port',
])
const TRUNK_DEFAULTS = [
  ['current_trunk_file_id', '0'],
  ['trunk_last_compress_time', '0'],
  ['trunk_binlog_compress_stage', '0'],
] as const

export function openInitFlag(basePath: string, now: number): InitFlagFile {
  if (!statSync(basePath).isDirectory()) throw new Error(`base_path: ${basePath} is not a folder`)
  makeFolder(join(basePath, 'data'))
  const path = join(basePath, 'data', '.data_init_flag')
  const text = readFileIfAny(path)
  let flag = text === null ? newFlag(now) : parse(text, path)
  const save = (change: Partial<InitFlag>) => {
    flag = { ...flag, ...change }
    replaceFile(path, format(flag))
  }
  if (text === null) save({})
  return {
    get flag() {
      return flag
    },
    isNew: text === null,
    save,
  }
}

function newFlag(now: number): InitFlag {
  const others = new Map<string, string>(TRUNK_DEFAULTS)
  return { joinTime: now, syncOldDone: false, syncSource: '', syncUntil: 0, lastIp: '', lastPort: 0, others }
}

function parse(text: string, path: string): InitFlag {
  const values = parseKeyValues(text)
  const required = (key: string): string => {
    const value = values.get(key)
    if (value === undefined) throw new Error(`${path}: ${key} is missing`)
    return value
  }
  const number = (key: string, value: string): number => {
    if (!/^\d{1,15}$/.test(value)) throw new Error(`${path}: ${key}=${value} is not a number`)
    return Number(value)
  }
  return {
    joinTime: number('storage_join_time', required('storage_join_time')),
    syncOldDone: number('sync_old_done', required('sync_old_done')) !== 0,
    syncSource: required('sync_src_server'),
    syncUntil: number('sync_until_timestamp', values.get('sync_until_timestamp') ?? '0'),
    lastIp: values.get('last_ip_addr') ?? '',
    lastPort: number('last_server_port', values.get('last_server_port') ?? '0'),
    others: new Map([...values].filter(([key]) => !OWN_KEYS.has(key))),
  }
}

function format(flag: InitFlag): string {
  const lines: Array<readonly [string, string | number]> = [
    ['storage_join_time', flag.joinTime],
    ['sync_old_done', flag.syncOldDone ? 1 : 0],
    ['sync_src_server', flag.syncSource],
    ['sync_until_timestamp', flag.syncUntil],
    ['last_ip_addr', flag.lastIp],
    ['last_server_port', flag.lastPort],
    ...flag.others,
  ]
  return lines.map(([key, value]) => `${key}=${value}\n`).join('')
}
