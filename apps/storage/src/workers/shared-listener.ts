import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { Server } from 'node:net'
import { isErrno } from '../disk/atomic-file.ts'

const LISTENS = '0A'
/** Columns of /proc/net/tcp: local address and port, state, inode. */
const [LOCAL, STATE, INODE] = [1, 3, 9]
/** Of the process that hands a socket over: what stdio has behind the channel. */
const HANDED = 4
/**
 * Sends the socket that it was born with, and ends in the same turn of its event loop, before it could accept a connection.
 */
const GIVER = `
const server = require('node:net').createServer()
server.on('error', () => process.exit(1)).listen({ fd: ${HANDED} }, () => {
  process.send('socket', server)
  process.exit()
})`

/** A socket that listens at a port, by its number in this process. */
export interface SharedListener {
  readonly descriptor: number
  readonly port: number
}

/** The number of the socket of this process that listens at a port; null where the system does not tell. */
export function listeningDescriptor(port: number): number | null {
  const inodes = new Set(['tcp', 'tcp6'].flatMap((table) => listeners(table, port)))
  for (const name of namesIn('/proc/self/fd')) {
    const [, inode = ''] = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/self/fd/${name}`)) ?? []
    if (inodes.has(inode)) return Number(name)
  }
  return null
}

/**
 * A descriptor of its own for the socket that this process has under another number, which is not touched: each thread closes its own, and
 * nobody's but its own. Only the kernel can make one, when a socket goes from one process to another. Rejects when that number has become
 * another file's meanwhile.
 */
export async function takeListener({ descriptor, port }: SharedListener): Promise<Server> {
  const giver = spawn(process.execPath, ['-e', GIVER], { stdio: ['ignore', 'ignore', 'inherit', 'ipc', descriptor] })
  const ended = once(giver, 'exit').then(() => Promise.reject(new Error('the listening socket was not handed over')))
  const [, shared] = (await Promise.race([once(giver, 'message'), ended])) as [string, Server]
  await Promise.allSettled([ended])
  const address = shared.address()
  if (typeof address === 'object' && address?.port === port) return shared
  shared.close()
  throw new Error(`descriptor ${descriptor} is no longer the socket of port ${port}`)
}

function listeners(table: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const rows = textOf(`/proc/self/net/${table}`).split('\n').slice(1)
  const columns = rows.map((row) => row.trim().split(/\s+/))
  const ours = columns.filter((row) => row[STATE] === LISTENS && row[LOCAL]?.endsWith(`:${hex}`) === true)
  return ours.map((row) => row[INODE] ?? '')
}

function textOf(path: string): string {
  return ifThere(() => readFileSync(path, 'utf8'), '')
}

function namesIn(folder: string): string[] {
  return ifThere(() => readdirSync(folder), [])
}

/** A file may be closed while the folder is read. */
function linkOf(path: string): string {
  return ifThere(() => readlinkSync(path), '')
}

function ifThere<T>(look: () => T, otherwise: T): T {
  try {
    return look()
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return otherwise
    throw error
  }
}
