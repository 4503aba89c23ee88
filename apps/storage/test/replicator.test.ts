import { execFileSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { open as openFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { decodeStreamHead, type SyncSource, storageCommands } from '@cairn/dfs-core'
import { type CommandHandler, type CommandServer, createCommandServer } from '@cairn/dfs-core/server'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ClusterState } from '../src/cluster/cluster-state.ts'
import type { FileStore } from '../src/disk/file-store.ts'
import { readMark, writeMark } from '../src/disk/mark-file.ts'
import { StorageStatus } from '../src/engine/members.ts'
import { createSentRates } from '../src/engine/sent-rate.ts'
import { type Replication, startReplication } from '../src/replication/replication.ts'
import { StorageFiles } from '../src/storage-files.ts'
import { content, logger, testStorageConfig, until } from './cluster.ts'
import { testIdentity } from './identity.ts'

const PEER = '100002'
const CREATE = storageCommands.syncCreateFile
const EINVAL = 22
const EIO = 5
const ENOENT = 2
const ENOSPC = 28
const EROFS = 30
const EDQUOT = 122
const EEXIST = 17

interface Packet {
  /** Number of its connection. */
  readonly connection: number
  readonly command: number
  readonly status: number
  readonly name: string
  readonly timestamp: number
}

/** A member that behaves like a C storage on the wire: it knows no command of Cairn's, and answers what a test says. */
class ForeignPeer {
  readonly packets: Packet[] = []
  /** Status for the n-th packet of a name; 0 without it. */
  answer: (packet: Packet) => number = () => 0
  delayMs: (packet: Packet) => number = () => 0
  port = 0
  #server: CommandServer | null = null
  #connections = 0

  async start(port = 0): Promise<void> {
    this.#server = createCommandServer<{ id: number }>({
      handlers: new Map([...this.#handlers()]),
      newState: () => {
        this.#connections += 1
        return { id: this.#connections }
      },
      limits: { maxConnections: 100, networkTimeoutMs: 5000 },
      unknownCommand: 'close',
      closeOnEinval: true,
    })
    this.port = await this.#server.listen(port, '127.0.0.1')
  }

  stop(): Promise<void> {
    return this.#server?.close(0) ?? Promise.resolve()
  }

  names(command: number = CREATE.code): string[] {
    return this.packets.filter((packet) => packet.command === command).map(({ name }) => name)
  }

  *#handlers(): Generator<[number, CommandHandler<{ id: number }>]> {
    const { reportServerId, syncCreateFile, syncUpdateFile, syncDeleteFile, queryFileInfo } = storageCommands
    yield [
      reportServerId.code,
      {
        kind: 'buffered',
        bodyMax: 16,
        handle: (request, reply) => {
          const { id } = reportServerId.request.decode(request.head)
          this.#record({ connection: request.state.id, command: 9, status: 0, name: id, timestamp: 0 })
          reply.ok()
        },
      },
    ]
    for (const row of [syncCreateFile, syncUpdateFile]) {
      yield [
        row.code,
        {
          kind: 'streamed',
          bodyMax: 1e9,
          headBytesMin: row.request.sizeMax,
          begin: (request, reply) => {
            const { value, headSize } = decodeStreamHead(row, request.head, request.bodyLength, request.status)
            const { command, status, state } = request
            const packet = { connection: state.id, command, status, name: value.name, timestamp: value.timestamp }
            const end = () => {
              const answer = this.#record(packet)
              if (answer === 0) reply.ok()
              else reply.fail(answer)
            }
            return {
              headConsumed: headSize,
              write: () => undefined,
              end: () => void setTimeout(end, this.delayMs(packet)),
              abort: () => undefined,
            }
          },
        },
      ]
    }
    yield [
      syncDeleteFile.code,
      {
        kind: 'buffered',
        bodyMax: 1000,
        handle: (request, reply) => {
          const { name, timestamp } = syncDeleteFile.request.decode(request.head)
          const answer = this.#record({ connection: request.state.id, command: 17, status: 0, name, timestamp })
          if (answer === 0) reply.ok()
          else reply.fail(answer)
        },
      },
    ]
    yield [queryFileInfo.code, { kind: 'buffered', bodyMax: 1000, handle: (_request, reply) => reply.fail(ENOENT) }]
  }

  #record(packet: Packet): number {
    this.packets.push(packet)
    return this.answer(packet)
  }
}

let folder: string
let files: StorageFiles
let store: FileStore
let peer: ForeignPeer
let state: ClusterState
let replication: Replication
let isRestoring = false
let history: SyncSource | null = null
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-replicator-'))
  mkdirSync(join(folder, 'base'))
  peer = new ForeignPeer()
  await peer.start()
  isRestoring = false
  history = null
  open()
})

/** The storage, on what is on its disk. */
function open(): void {
  const config = testStorageConfig(join(folder, 'base'), '100001', 1)
  files = new StorageFiles(config, logger)
  store = files.openStore(testIdentity)
  files.initFlag.save({ syncOldDone: true })
  state = new ClusterState('100001')
  replication = startReplication({
    config,
    identity: testIdentity,
    store,
    state,
    logger,
    initFlag: files.initFlag,
    counters: files.counters,
    sent: createSentRates(),
    tcpPort: 1,
    isRestoring: () => isRestoring,
    queries: {
      historySource: () => Promise.resolve(history),
      reportStatus: () => Promise.resolve(),
      close: () => undefined,
    },
  })
}
afterEach(async () => {
  await replication.close()
  await peer.stop()
  await files.close()
  rmSync(folder, { recursive: true })
})

const setPeer = (status: number) => state.merge([{ id: PEER, ip: '127.0.0.1', port: peer.port, status }])

function upload(body: Buffer): Promise<string> {
  const name = store.createWhole(body, { storePath: store.storePaths[0]!, ext: 'bin' })
  return new Promise((resolve, reject) => {
    store.publish(name, { durability: 'none' }, (error) => (error ? reject(error) : resolve(name.logicName)))
  })
}

function uploadMany(count: number): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => upload(content(50 + i, i))))
}

/** A logic name of the same source, time and size; the CRC-32 is in the last six of the 27 characters. */
function otherCrc(name: string): string {
  return `${name.slice(0, 34)}${name[34] === 'A' ? 'B' : 'A'}${name.slice(35)}`
}

const markPath = () => join(folder, 'base/data/sync', `${PEER}.mark`)
const markIsAtEnd = () => {
  const mark = readMark(markPath())
  const { index, offset } = store.log.position()
  return mark?.index === index && mark.offset === offset
}

const POOL_THREADS_MAX = 64

/** The thread pool does nothing until the returned function is called: whoever opens a pipe waits for its other end. */
function holdThreadPool(): () => Promise<void> {
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  const readers = Array.from({ length: POOL_THREADS_MAX }, () => openFile(pipe, 'r'))
  return async () => {
    const writer = openSync(pipe, 'r+')
    for (const reader of await Promise.all(readers)) await reader.close()
    closeSync(writer)
  }
}

describe('replication to a C storage', () => {
  it('tells who it is on one connection, and there only what arrives in order', async () => {
    peer.delayMs = ({ name }) => (name.charCodeAt(30) % 3) * 5
    const names = await uploadMany(200)
    setPeer(StorageStatus.ACTIVE)
    await until('everything has arrived', () => new Set(peer.names()).size === 200)
    const told = peer.packets.filter(({ command }) => command === 9)
    expect(told.length).toBe(1)
    const connections = new Set(peer.packets.map(({ connection }) => connection))
    expect(connections.size).toBeGreaterThan(2)

    // Whatever stands before it in the log has arrived when a record goes over the connection that tells.
    const arrived = new Set<string>()
    for (const packet of peer.packets) {
      if (packet.command !== CREATE.code) continue
      if (packet.connection === told[0]?.connection && packet.status === 0) {
        const before = names.slice(0, names.indexOf(packet.name))
        expect(before.filter((name) => !arrived.has(name))).toEqual([])
      }
      arrived.add(packet.name)
    }
    await until('the mark is at the end of the log', markIsAtEnd)
  })

  it('says in the end that everything has arrived, though most of it went over silent connections', async () => {
    await uploadMany(50)
    setPeer(StorageStatus.ACTIVE)
    await until('everything has arrived', () => new Set(peer.names()).size === 50)
    const teller = peer.packets.find(({ command }) => command === 9)?.connection
    const newest = Math.max(...peer.packets.map(({ timestamp }) => timestamp))
    await until('the newest time was told', () =>
      peer.packets.some(
        ({ connection, command, timestamp }) =>
          connection === teller && command === CREATE.code && timestamp === newest,
      ),
    )
  })

  it('sets a record aside that is refused three times, and the rest arrives', async () => {
    const names = await uploadMany(20)
    const bad = names[7] ?? ''
    peer.answer = ({ name }) => (name === bad ? EIO : 0)
    setPeer(StorageStatus.ACTIVE)
    await until('the others have arrived', () => new Set(peer.names().filter((name) => name !== bad)).size === 19)
    await until('it is set aside', () => replication.progress()[0]?.quarantined === 1)
    expect(peer.names().filter((name) => name === bad).length).toBe(3)
    expect(readFileSync(join(folder, 'base/data/sync', `${PEER}.quarantine`), 'latin1')).toContain(` C ${bad} # `)
    await until('the mark is at the end of the log', markIsAtEnd)
  })

  it('does not let the peer be believed to have what was set aside, nor anything later', async () => {
    const [bad = ''] = await uploadMany(1)
    peer.answer = ({ name }) => (name === bad ? EIO : 0)
    setPeer(StorageStatus.ACTIVE)
    await until('it is set aside', () => replication.progress()[0]?.quarantined === 1)
    const later = await uploadMany(20)
    await until('the others have arrived', () => later.every((name) => peer.names().includes(name)))
    const tellers = new Set(peer.packets.filter(({ command }) => command === 9).map(({ connection }) => connection))
    const missingSince = peer.packets.find(({ name }) => name === bad)?.timestamp ?? 0
    const told = peer.packets.filter(({ connection, name }) => tellers.has(connection) && later.includes(name))
    expect(told.filter(({ timestamp }) => timestamp >= missingSince)).toEqual([])
    expect(replication.progress()[0]?.mark?.syncRowCount).toBeLessThanOrEqual(20)
  })

  it('tries what was set aside again in its time, and forgets it when it has arrived', async () => {
    const [late = '', damaged = ''] = await uploadMany(2)
    writeFileSync(store.resolve(damaged).path, content(50, 99))
    const mark = { index: 0, offset: store.log.position().offset, needSyncOld: false, syncOldDone: false }
    await writeMark(markPath(), { ...mark, untilTimestamp: 0, scanRowCount: 0, syncRowCount: 0 })
    const minuteAgo = Math.floor(Date.now() / 1000) - 61
    const quarantine = join(folder, 'base/data/sync', `${PEER}.quarantine`)
    const lineOf = (name: string) => `${minuteAgo} C ${name} # ${minuteAgo} it was refused\n`
    writeFileSync(quarantine, `${lineOf(late)}${lineOf(damaged)}`)
    setPeer(StorageStatus.ACTIVE)
    await until('it has arrived', () => peer.names().includes(late))
    await until('it is forgotten', () => replication.progress()[0]?.quarantined === 1)
    const kept = readFileSync(quarantine, 'latin1')
    expect(kept).toContain(` C ${damaged} # `)
    expect(kept).not.toContain(` # ${minuteAgo} `)
    expect(peer.names()).not.toContain(damaged)
  })

  it('does the same with a record that makes the peer close the connection', async () => {
    const names = await uploadMany(5)
    peer.answer = ({ name }) => (name === names[0] ? EINVAL : 0)
    setPeer(StorageStatus.ACTIVE)
    await until('it is set aside', () => replication.progress()[0]?.quarantined === 1)
    await until('the others have arrived', () => new Set(peer.names()).size === 5)
  })

  it.each([
    ['full', ENOSPC],
    ['used up', EDQUOT],
    ['read-only', EROFS],
  ])('waits for a peer whose disk is %s instead of setting anything aside', async (_disk, status) => {
    peer.answer = () => status
    const [name] = await uploadMany(1)
    setPeer(StorageStatus.ACTIVE)
    await until('it was refused four times', () => peer.names().length >= 4)
    peer.answer = () => 0
    const refused = peer.names().length
    await until('it is sent again', () => peer.names().length > refused)
    await until('the mark is at the end of the log', markIsAtEnd)
    expect(peer.names().every((sent) => sent === name)).toBe(true)
    expect(replication.progress()[0]?.quarantined).toBe(0)
  })

  it('sets no record aside twice, though it reads the log again from a mark in front of it', async () => {
    const names = await uploadMany(12)
    const bad = names.slice(4, 8)
    peer.answer = ({ name }) => (bad.includes(name) ? EIO : 0)
    setPeer(StorageStatus.ACTIVE)
    await until('they are set aside', () => replication.progress()[0]?.quarantined === 4)
    await until('the mark is at the end of the log', markIsAtEnd)
    const lines = readFileSync(join(folder, 'base/data/sync', `${PEER}.quarantine`), 'latin1')
      .trimEnd()
      .split('\n')
    expect(lines.map((line) => line.split(' ')[2]).sort()).toEqual(bad.toSorted())
  })

  it('tries what was set aside again though there is always something else to send', async () => {
    const [late = ''] = await uploadMany(1)
    const mark = { index: 0, offset: store.log.position().offset, needSyncOld: false, syncOldDone: false }
    await writeMark(markPath(), { ...mark, untilTimestamp: 0, scanRowCount: 0, syncRowCount: 0 })
    const minuteAgo = Math.floor(Date.now() / 1000) - 61
    const quarantine = join(folder, 'base/data/sync', `${PEER}.quarantine`)
    writeFileSync(quarantine, `${minuteAgo} C ${late} # ${minuteAgo} it was refused\n`)
    // As long as the peer has not got that one, there are always some that it has not answered.
    let unanswered = 0
    const keepBusy = () => {
      for (; unanswered < 5 && !peer.names().includes(late); unanswered += 1) void upload(content(50, unanswered))
    }
    peer.delayMs = ({ name }) => 30 + (name.charCodeAt(30) % 5) * 20
    peer.answer = ({ command, status, name }) => {
      if (command === CREATE.code && status === 0 && name !== late) unanswered -= 1
      keepBusy()
      return 0
    }
    keepBusy()
    setPeer(StorageStatus.ACTIVE)
    await until('it has arrived', () => peer.names().includes(late))
  })

  it('does not spread a file that is not what its name says', async () => {
    const [damaged = '', sound = ''] = await uploadMany(2)
    const path = store.resolve(damaged).path
    writeFileSync(path, content(50, 99))
    setPeer(StorageStatus.ACTIVE)
    await until('the other has arrived', () => peer.names().includes(sound))
    await until('it is set aside', () => replication.progress()[0]?.quarantined === 1)
    expect(peer.names()).not.toContain(damaged)
  })

  it('sends the content of a link that a C storage made, whose name tells another CRC-32', async () => {
    const target = await upload(content(50))
    const name = otherCrc(target)
    symlinkSync(store.resolve(target).path, store.resolve(name).path)
    await new Promise<void>((resolve, reject) => {
      store.log.append('L', name, (error) => (error ? reject(error) : resolve()), { extra: target })
    })
    setPeer(StorageStatus.ACTIVE)
    await until('both have arrived', () => peer.names().includes(name) && peer.names().includes(target))
    expect(replication.progress()[0]?.quarantined).toBe(0)
  })

  it('leaves out what is gone again, and deletes what the peer may have', async () => {
    const [name = ''] = await uploadMany(1)
    await new Promise<void>((resolve, reject) =>
      store.remove(store.resolve(name), (error) => (error ? reject(error) : resolve())),
    )
    setPeer(StorageStatus.ACTIVE)
    await until('the deletion is sent', () => peer.names(17).includes(name))
    expect(peer.names()).toEqual([])
  })

  it('deletes at the peer also what is still here when it reads of the deletion', async () => {
    setPeer(StorageStatus.ACTIVE)
    const [name = ''] = await uploadMany(1)
    await until('it has arrived', () => peer.names().includes(name))
    const file = store.resolve(name)
    const release = holdThreadPool()
    const { offset } = store.log.position()
    store.remove(file, () => undefined)
    await until('the deletion is logged', () => store.log.position().offset > offset)
    // Time for its reader.
    for (let turn = 0; turn < 200; turn += 1) await new Promise(setImmediate)
    expect(existsSync(file.path)).toBe(true)
    await release()
    await until('the deletion is sent', () => peer.names(17).includes(name))
    expect(existsSync(file.path)).toBe(false)
  })

  it('sends nothing while the peer is offline, and goes on at the mark when it is back', async () => {
    setPeer(StorageStatus.ACTIVE)
    const [first = ''] = await uploadMany(1)
    await until('the first has arrived', () => peer.names().includes(first))
    await until('the mark is at the end of the log', markIsAtEnd)
    setPeer(StorageStatus.OFFLINE)
    await peer.stop()
    const later = await uploadMany(10)
    await peer.start(peer.port)
    peer.packets.length = 0
    setPeer(StorageStatus.ACTIVE)
    await until('the others have arrived', () => later.every((name) => peer.names().includes(name)))
    expect(peer.names()).not.toContain(first)
  })

  it('does not begin the history of a newcomer while a disk is being restored', async () => {
    isRestoring = true
    history = { sourceId: '100001', until: Math.floor(Date.now() / 1000) + 100 }
    const names = await uploadMany(5)
    setPeer(StorageStatus.WAIT_SYNC)
    await until('it knows what it has to send', () => readMark(markPath())?.needSyncOld === true)
    expect(peer.packets).toEqual([])
    isRestoring = false
    await until('everything has arrived', () => names.every((name) => peer.names().includes(name)))
  })

  it('unpacks a log that a C storage has compressed', async () => {
    const names = await uploadMany(5)
    await replication.close()
    await files.close()
    const sync = join(folder, 'base/data/sync')
    writeFileSync(join(sync, 'binlog.000.gz'), gzipSync(readFileSync(join(sync, 'binlog.000'))))
    rmSync(join(sync, 'binlog.000'))
    writeFileSync(join(sync, 'binlog_index.dat'), 'current_write=1\ncurrent_compress=1\n')
    open()
    setPeer(StorageStatus.ACTIVE)
    await until('everything has arrived', () => names.every((name) => peer.names().includes(name)))
    expect([existsSync(join(sync, 'binlog.000')), existsSync(join(sync, 'binlog.000.gz'))]).toEqual([true, false])
    expect(readFileSync(join(sync, 'binlog_index.dat'), 'latin1')).toBe('current_write=1\ncurrent_compress=0\n')
  })

  it('tries again and again to reach a peer that trackers believe to be up', async () => {
    setPeer(StorageStatus.ACTIVE)
    await peer.stop()
    const names = await uploadMany(3)
    await peer.start(peer.port)
    await until('everything has arrived', () => names.every((name) => peer.names().includes(name)))
  })

  it('takes EEXIST for an answer as good as any', async () => {
    peer.answer = () => EEXIST
    await uploadMany(5)
    setPeer(StorageStatus.ACTIVE)
    await until('the mark is at the end of the log', markIsAtEnd)
    expect(replication.progress()[0]?.quarantined).toBe(0)
  })

  it('moves the mark of a removed member out of the way', async () => {
    setPeer(StorageStatus.ACTIVE)
    await uploadMany(1)
    await until('the mark is at the end of the log', markIsAtEnd)
    setPeer(StorageStatus.DELETED)
    await until('the mark is gone', () => readMark(markPath()) === null)
    expect(replication.progress()).toEqual([])
  })
})
