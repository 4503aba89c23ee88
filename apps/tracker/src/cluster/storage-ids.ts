/**
 * storage_ids.conf: which storage ids exist, and at which address and port each one is found. Several storage servers
 * on one host are told apart here, by their port.
 *
 *     # id     group   host[,host2][:port]   [rw=none|read|readonly|write|writeonly|both|all]
 *     100001   group1  127.0.0.1:23000
 */
import { addressClass, innerFirst } from './address.ts'

const DEFAULT_STORAGE_PORT = 23_000
const STORAGE_ID_MAX = 16_777_215
const LINES_MAX = 512 * 32

export interface RwMode {
  read: boolean
  write: boolean
}

/** One line of the file. Hosts may still be names; `resolveHosts` in config.ts turns them into addresses. */
export interface StorageIdEntry {
  id: string
  group: string
  hosts: string[]
  port: number
  rw: RwMode
}

export interface StorageIds {
  /** Ordered by id as text, as FETCH_STORAGE_IDS lists them. */
  readonly entries: readonly StorageIdEntry[]
  byId(id: string): StorageIdEntry | undefined
  byAddress(ip: string, port: number): StorageIdEntry | undefined
  /** First entry of the group with this address, whatever its port (requests of FastDFS before 6.16 name no port). */
  inGroup(group: string, ip: string): StorageIdEntry | undefined
}

export class StorageIdsError extends Error {
  constructor(where: string, message: string) {
    super(`${where}: ${message}`)
    this.name = 'StorageIdsError'
  }
}

const rwModes: Record<string, RwMode> = {
  none: { read: false, write: false },
  read: { read: true, write: false },
  readonly: { read: true, write: false },
  write: { read: false, write: true },
  writeonly: { read: false, write: true },
  both: { read: true, write: true },
  all: { read: true, write: true },
}

export function isGroupName(name: string): boolean {
  return /^[A-Za-z0-9]{1,16}$/.test(name)
}

function isStorageId(id: string): boolean {
  return /^[1-9]\d{0,7}$/.test(id) && Number(id) <= STORAGE_ID_MAX
}

/** `fileName` is only for messages. */
export function parseStorageIds(text: string, fileName: string): StorageIdEntry[] {
  const entries: StorageIdEntry[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.trim().split(/[ \t]+/)
    if (words[0] === '' || words[0]?.startsWith('#')) continue
    entries.push(parseLine(words, `${fileName}:${index + 1}`))
    if (entries.length > LINES_MAX) throw new StorageIdsError(`${fileName}:${index + 1}`, `more than ${LINES_MAX} ids`)
  }
  return entries
}

function parseLine(words: string[], where: string): StorageIdEntry {
  const [id = '', group = '', host = '', ...options] = words
  if (!isStorageId(id)) throw new StorageIdsError(where, `"${id}" is not a storage id (1 to ${STORAGE_ID_MAX})`)
  if (!isGroupName(group)) throw new StorageIdsError(where, `"${group}" is not a group name (1 to 16 of A-Z a-z 0-9)`)
  return { id, group, ...parseHosts(host, where), rw: parseOptions(options, where) }
}

function parseHosts(text: string, where: string): { hosts: string[]; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text)
  const bare = text.split(':').length > 2 && !text.includes('[') ? text : undefined
  const list = bare ?? match?.[1] ?? match?.[2]
  const port = match?.[3] === undefined ? DEFAULT_STORAGE_PORT : Number(match[3])
  if (list === undefined || port < 1 || port > 65_535) throw new StorageIdsError(where, `"${text}" is not host[:port]`)
  const hosts = list.split(',')
  if (hosts.length > 2 || hosts.includes('')) throw new StorageIdsError(where, `"${text}": one or two hosts`)
  return { hosts, port }
}

function parseOptions(options: string[], where: string): RwMode {
  let rw: RwMode = { read: true, write: true }
  for (const option of options) {
    const mode = option.startsWith('rw=') ? rwModes[option.slice(3).toLowerCase()] : undefined
    if (mode === undefined) throw new StorageIdsError(where, `"${option}" is not an option (rw=none|read|write|both)`)
    rw = mode
  }
  return rw
}

/** Hosts must be addresses by now. Ids, and addresses with their port, belong to one storage server each. */
export function buildStorageIds(parsed: readonly StorageIdEntry[], fileName: string): StorageIds {
  const byId = new Map<string, StorageIdEntry>()
  const byAddress = new Map<string, StorageIdEntry>()
  for (const entry of parsed) {
    const [first = '', second] = entry.hosts
    if (second !== undefined && addressClass(first) === addressClass(second)) {
      throw new StorageIdsError(fileName, `id ${entry.id}: ${first} and ${second} belong to the same network`)
    }
    if (byId.has(entry.id)) throw new StorageIdsError(fileName, `id ${entry.id} is there twice`)
    const ordered = { ...entry, hosts: innerFirst(entry.hosts) }
    byId.set(entry.id, ordered)
    for (const ip of entry.hosts) {
      const other = byAddress.get(`${ip} ${entry.port}`)
      if (other !== undefined) {
        throw new StorageIdsError(fileName, `ids ${other.id} and ${entry.id} have the same address ${ip}:${entry.port}`)
      }
      byAddress.set(`${ip} ${entry.port}`, ordered)
    }
  }
  const entries = [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  return {
    entries,
    byId: (id) => byId.get(id),
    byAddress: (ip, port) => byAddress.get(`${ip} ${port}`),
    inGroup: (group, ip) => entries.find((entry) => entry.group === group && entry.hosts.includes(ip)),
  }
}

/** The line as FETCH_STORAGE_IDS (69) sends it, without its end: brackets for IPv6, rw only when it is not both. */
export function formatStorageId(entry: StorageIdEntry): string {
  const host = entry.hosts.join(',')
  const bracketed = host.includes(':') ? `[${host}]` : host
  const rw = entry.rw.read && entry.rw.write ? '' : ` rw=${rwName(entry.rw)}`
  return `${entry.id} ${entry.group} ${bracketed}:${entry.port}${rw}`
}

function rwName(rw: RwMode): string {
  if (rw.read) return rw.write ? 'both' : 'read'
  return rw.write ? 'write' : 'none'
}
