import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeMetadata, parseFileId, Status, storageCommands } from '@cairn/dfs-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ClusterState } from '../src/cluster/cluster-state.ts'
import type { StorageConfig } from '../src/config.ts'
import type { FileStore } from '../src/disk/file-store.ts'
import { StorageStatus } from '../src/engine/members.ts'
import { createSentRates } from '../src/engine/sent-rate.ts'
import { type Replication, startReplication } from '../src/replication/replication.ts'
import { StorageFiles } from '../src/storage-files.ts'
import { ALONE, CairnPeer, LOT } from './cairn-peer.ts'
import { content, logger, testStorageConfig, until } from './cluster.ts'
import { testIdentity } from './identity.ts'

const PEER = '100002'
const DELETE = storageCommands.syncDeleteFile.code
let folder: string
let files: StorageFiles
let store: FileStore
let peer: CairnPeer
let replication: Replication | null = null

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-lots-'))
  mkdirSync(join(folder, 'base'))
  peer = new CairnPeer()
  await peer.start()
  files = new StorageFiles(testStorageConfig(join(folder, 'base'), '100001', 1), logger)
  store = files.openStore(testIdentity)
  files.initFlag.save({ syncOldDone: true })
})
afterEach(async () => {
  await replication?.close()
  replication = null
  await peer.stop()
  await files.close()
  rmSync(folder, { recursive: true })
})

/** Begins to send to the peer. */
function replicate(change: Partial<StorageConfig> = {}): void {
  const state = new ClusterState('100001')
  replication = startReplication({
    config: { ...testStorageConfig(join(folder, 'base'), '100001', 1), ...change },
    identity: testIdentity,
    store,
    state,
    logger,
    initFlag: files.initFlag,
    counters: files.counters,
    sent: createSentRates(),
    tcpPort: 1,
    isRestoring: () => false,
    queries: {
      historySource: () => Promise.resolve(null),
      reportStatus: () => Promise.resolve(),
      close: () => undefined,
    },
  })
  state.merge([{ id: PEER, ip: '127.0.0.1', port: peer.port, status: StorageStatus.ACTIVE }])
}

function upload(body: Buffer): Promise<string> {
  const name = store.createWhole(body, { storePath: store.storePaths[0]!, ext: 'bin' })
  return new Promise((resolve, reject) => {
    store.publish(name, { durability: 'none' }, (error) => (error ? reject(error) : resolve(name.logicName)))
  })
}

const uploadMany = (count: number, bytes = 50) =>
  Promise.all(Array.from({ length: count }, (_, i) => upload(content(bytes + i, i))))

const remove = (name: string) =>
  new Promise<void>((resolve, reject) => {
    store.remove(store.resolve(name), (error) => (error ? reject(error) : resolve()))
  })

const describeFile = (name: string, metadata: Record<string, string>) =>
  store.replaceMetadata(store.resolve(name), encodeMetadata(metadata), 'none')

const isAtEnd = () => {
  const mark = replication?.progress()[0]?.mark
  const { index, offset } = store.log.position()
  return mark?.index === index && mark.offset === offset
}
const allSent = () => until('the mark is at the end of the log', isAtEnd)
const lots = () => peer.came.filter(({ command }) => command === LOT)
const arrived = () => [...peer.names(LOT), ...peer.names(ALONE)]
const missing = (names: readonly string[]) => {
  const there = new Set(arrived())
  return names.filter((name) => !there.has(name))
}

describe('replication of many small files to a Cairn storage', () => {
  it('takes few requests, leaves none out, and tells in the end how far the peer has come', async () => {
    const names = await uploadMany(500)
    replicate()
    await allSent()
    expect(arrived().toSorted()).toEqual(names.toSorted())
    expect(peer.came.length).toBeLessThan(250)
    expect(Math.max(...lots().map((lot) => lot.names.length))).toBeLessThanOrEqual(128)
    const newest = Math.max(...names.map((name) => parseFileId(`group1/${name}`).timestamp))
    await until('the newest time was told', () => peer.told.some((time) => time >= newest))
  })

  it('gathers what comes while a lot is under way, and sends larger files and changes meanwhile', async () => {
    let open: () => void = () => undefined
    peer.ready = new Promise((resolve) => {
      open = resolve
    })
    await uploadMany(40)
    replicate()
    await until('a lot is under way', () => lots().length === 1)
    await until('one has arrived alone', () => peer.names(ALONE).length > 0)
    const later = await uploadMany(30, 1000)
    const large = await upload(content(100_000))
    const [gone = ''] = peer.names(ALONE)
    await remove(gone)
    await until('the large one has arrived', () => peer.names(ALONE).includes(large))
    await until('the deletion has arrived', () => peer.names(DELETE).includes(gone))
    expect(lots().length).toBe(1)
    open()
    await allSent()
    expect(lots().map((lot) => later.filter((name) => lot.names.includes(name)).length)).toContain(30)
  })

  it('brings metadata after its file, many together, too; what has more than some words goes alone', async () => {
    const names = await uploadMany(60)
    const long = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`note${i}`, 'y'.repeat(250)]))
    await Promise.all(names.map((name, i) => describeFile(name, i === 30 ? long : { author: 'me' })))
    replicate()
    await allSent()
    const came = peer.came.flatMap((request) => request.names)
    const places = new Map(came.map((name, index) => [name, index]))
    expect(came.toSorted()).toEqual([...names, ...names.map((name) => `${name}-m`)].toSorted())
    expect(names.filter((name) => (places.get(`${name}-m`) ?? 0) < (places.get(name) ?? 0))).toEqual([])
    expect(peer.came.length).toBeLessThan(60)
    expect(peer.names(ALONE)).toContain(`${names[30]}-m`)
  })

  it('moves the mark only over what has arrived: a lot that is not answered comes again', async () => {
    peer.ready = new Promise(() => undefined)
    await uploadMany(60)
    replicate()
    await until('a lot is under way', () => lots().length === 1)
    const unanswered = lots()[0]?.names ?? []
    expect(isAtEnd()).toBe(false)
    await replication?.close()
    peer.came.length = 0
    peer.ready = Promise.resolve()
    replicate()
    await allSent()
    expect(missing(unanswered)).toEqual([])
  })

  it('sends one by one what was in a lot at which the connection broke, and then lots again', async () => {
    peer.breaksOff = true
    await uploadMany(60)
    replicate()
    await allSent()
    const [broken] = lots()
    expect(lots().length).toBe(1)
    expect((broken?.names ?? []).filter((name) => !peer.names(ALONE).includes(name))).toEqual([])
    await uploadMany(60, 2000)
    await allSent()
    expect(lots().length).toBeGreaterThan(1)
  })

  it('sets aside the one that is refused among many, after three times, and the others arrive', async () => {
    const names = await uploadMany(60)
    const bad = names[50] ?? ''
    peer.status = (name) => (name === bad ? Status.EIO : 0)
    replicate()
    await until('it is set aside', () => replication?.progress()[0]?.quarantined === 1)
    await allSent()
    expect(arrived().filter((name) => name === bad).length).toBe(3)
    expect(peer.names(LOT).filter((name) => name === bad).length).toBeLessThanOrEqual(1)
    expect(missing(names)).toEqual([])
    expect(readFileSync(join(folder, 'base/data/sync', `${PEER}.quarantine`), 'latin1')).toContain(` C ${bad} # `)
  })

  it('waits for a peer that has no space for many, and counts it as no failure of any', async () => {
    peer.status = (_name, command) => (command === LOT ? Status.ENOSPC : 0)
    const names = await uploadMany(60)
    replicate()
    await until('a second lot was refused', () => lots().length >= 2)
    peer.status = () => 0
    await allSent()
    expect(replication?.progress()[0]?.quarantined).toBe(0)
    expect(missing(names)).toEqual([])
  })

  it('leaves out what is gone before it is sent, and what is not what its name says', async () => {
    const names = await uploadMany(60)
    const [gone = '', damaged = ''] = names.slice(40)
    await remove(gone)
    writeFileSync(store.resolve(damaged).path, content(91, 99))
    replicate()
    await until('the damaged one is set aside', () => replication?.progress()[0]?.quarantined === 1)
    await allSent()
    expect(missing(names)).toEqual([gone, damaged])
    expect(new Set(peer.names(DELETE))).toEqual(new Set([gone]))
  })

  it('sends no contents to a peer that has the files already', async () => {
    const names = await uploadMany(400)
    const sizes = new Map(names.map((name, i) => [name, 50 + i]))
    peer.status = () => Status.EEXIST
    peer.sizeOf = (name) => sizes.get(name) ?? null
    replicate()
    await allSent()
    // What was under way before the first answer.
    expect(lots().length).toBeLessThanOrEqual(2)
    expect(missing(names)).toEqual([])
  })

  it.each([
    ['a member of a version that takes none', { commands: undefined, change: {} }],
    ['a member, where each record is followed by a pause', { commands: [LOT], change: { syncIntervalMs: 1 } }],
  ])('sends one by one to %s', async (_what, { commands, change }) => {
    peer.commands = commands
    const names = await uploadMany(60)
    replicate(change)
    await allSent()
    expect(lots()).toEqual([])
    expect(peer.names(ALONE).toSorted()).toEqual(names.toSorted())
  })
})
