import { crc32 } from 'node:zlib'
import type { FileStore, ResolvedName } from '../disk/file-store.ts'
import { type BinlogRecord, recordNumbers, sourceOp } from '../engine/binlog.ts'
import { factsOf, idOf, normalFacts } from '../engine/file-facts.ts'
import { slotOfName } from '../trunk/slot-name.ts'
import { factsByPace } from '../trunk/stored-by-pace.ts'
import { fileSize, type LocalContent, openContent } from './local-file.ts'
import type { FileChange, PeerLink } from './peer-link.ts'

/** Above this size a file that the peer may have already is asked for before it is sent. */
const ASK_FIRST_BYTES = 256 * 1024

/** What the deliveries to one peer share. */
export interface Delivery {
  readonly store: FileStore
  readonly peerId: string
  /** C storages of 6.13 to 6.16 stop replicating after they received a link. */
  readonly peerTakesLinks: boolean
  /** The last file that was created was there already: the next ones probably are, too. */
  peerIsAhead: boolean
  /** Bytes of content sent. */
  sentBytes: number
}

/** The local file is not what its name says: it must not spread. */
export class LocalFileDamagedError extends Error {
  override readonly name = 'LocalFileDamagedError'
}

/**
 * Brings one record to a peer, by the rules of FastDFS (internals §4.4). What has been overtaken by a later change here
 * (the file is gone, shorter, there again) is left out: the later record brings the peer the rest of the way.
 */
export async function deliver(delivery: Delivery, link: PeerLink, record: BinlogRecord): Promise<void> {
  const file = delivery.store.resolve(record.name)
  const change = { name: record.name, timestamp: record.timestamp }
  await delivery.store.untilMade(record.name)
  switch (sourceOp(record.op)) {
    case 'C':
      await createFile(delivery, link, file, change)
      return
    case 'L':
      await createLink(delivery, link, file, { ...change, target: record.extra })
      return
    case 'U':
      await sendWhole(delivery, link, file, change)
      return
    case 'A':
    case 'M':
      await sendRange(delivery, link, file, record)
      return
    case 'T':
      await truncate(delivery, link, file, record)
      return
    case 'D':
      await delivery.store.untilTakenOff(file.logicName)
      if ((await factsByPace(file)) === null) await link.remove(change)
      return
    case 'R':
      await rename(delivery, link, file, record)
  }
}

interface LinkMade extends FileChange {
  /** Logic name. */
  readonly target: string
}

/**
 * The name of a link that FastDFS made tells the size of its target and some CRC-32 (recorded from 6.16.1): a Cairn peer
 * would refuse the content under this name, a C peer takes it.
 */
async function createLink(delivery: Delivery, link: PeerLink, file: ResolvedName, made: LinkMade): Promise<void> {
  const { target, ...change } = made
  if ((await factsByPace(file))?.kind !== 'other') {
    await createFile(delivery, link, file, change)
    return
  }
  if (!delivery.peerTakesLinks) {
    const content = await openContent(delivery.store, file)
    if (content !== null && (await link.wholeFile('create', change, content)) === 'ok')
      delivery.sentBytes += content.size
    return
  }
  if ((await fileSize(delivery.store, file)) === null) return
  await link.createLink(change, target)
  if ((await link.sizeOf(change.name)) === null)
    throw new Error(`${change.name} leads to ${target}, which is not there yet`)
}

async function createFile(delivery: Delivery, link: PeerLink, file: ResolvedName, change: FileChange): Promise<void> {
  const size = await fileSize(delivery.store, file)
  if (size === null) return
  if (delivery.peerIsAhead || size > ASK_FIRST_BYTES) {
    const atPeer = await link.sizeOf(change.name)
    if (atPeer === size) {
      await link.confirm(change, size)
      return
    }
    delivery.peerIsAhead = false
    // What the peer made itself it knows best: history that goes back to it must not replace what it has.
    if (atPeer !== null && sourceIdOf(change.name) === delivery.peerId) return
    if (atPeer !== null) {
      await sendWhole(delivery, link, file, change)
      return
    }
  }
  const content = await openContent(delivery.store, file)
  if (content === null) return
  checkSmall(change.name, content)
  const answer = await link.wholeFile('create', change, content)
  delivery.peerIsAhead = answer === 'exists'
  if (answer === 'ok') delivery.sentBytes += content.size
}

function sourceIdOf(name: string): string | null {
  const facts = factsOf(name)
  return facts === null ? null : idOf(facts.source)
}

/** A small content costs nothing to check; that of a larger one the receiver checks. */
export function checkSmall(name: string, { body }: LocalContent): void {
  const facts = Buffer.isBuffer(body) ? (slotOfName(name) ?? normalFacts(name)) : null
  if (facts === null || !Buffer.isBuffer(body)) return
  if (facts.size !== body.length || facts.crc32 !== crc32(body)) {
    throw new LocalFileDamagedError(`${name} is not what its name says: ${body.length} bytes, CRC-32 ${crc32(body)}`)
  }
}

async function sendWhole(delivery: Delivery, link: PeerLink, file: ResolvedName, change: FileChange): Promise<void> {
  const content = await openContent(delivery.store, file)
  if (content === null) return
  await link.wholeFile('update', change, content)
  delivery.sentBytes += content.size
}

async function sendRange(delivery: Delivery, link: PeerLink, file: ResolvedName, record: BinlogRecord): Promise<void> {
  const [offset, length] = recordNumbers(record)
  const content = await openContent(delivery.store, file, { offset, length })
  if (content === null) return
  const change = { name: record.name, timestamp: record.timestamp }
  const how = sourceOp(record.op) === 'A' ? 'append' : 'modify'
  const answer = await link.range(how, change, { offset, ...content })
  if (answer === 'ok') delivery.sentBytes += length
  if (answer === 'missing') await sendWhole(delivery, link, file, change)
}

async function truncate(delivery: Delivery, link: PeerLink, file: ResolvedName, record: BinlogRecord): Promise<void> {
  if ((await factsByPace(file)) === null) return
  const [oldSize, newSize] = recordNumbers(record)
  const change = { name: record.name, timestamp: record.timestamp }
  const answer = await link.truncate(change, { oldSize, newSize })
  if (answer === 'ok') return
  // "Not the size to truncate from": fine when it was truncated before, or has got a later state as a whole.
  const atPeer = answer === 'exists' ? await link.sizeOf(record.name) : null
  if (atPeer === newSize || atPeer === (await fileSize(delivery.store, file))) return
  await sendWhole(delivery, link, file, change)
}

/**
 * A copy at the peer that lags behind must not get the new name, which tells its size: then the file goes out whole and
 * the old name is removed.
 */
async function rename(delivery: Delivery, link: PeerLink, file: ResolvedName, record: BinlogRecord): Promise<void> {
  const size = await fileSize(delivery.store, file)
  if (size === null) return
  const change = { name: record.name, timestamp: record.timestamp }
  if ((await link.sizeOf(record.extra)) === size) {
    const answer = await link.rename(change, record.extra)
    if (answer !== 'missing') return
  }
  await createFile(delivery, link, file, change)
  await link.remove({ name: record.extra, timestamp: record.timestamp })
}
