import { lstatSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { parseFileId, type StorageClient } from '@cairn/dfs-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { content, until } from './cluster.ts'
import { bundleDaemon, type DaemonBundle } from './daemon.ts'
import { frame, int8, text } from './probe.ts'
import { Crowd, SlowDiskStorage } from './slow-disk-storage.ts'

const KIB = 1024
/** Of each kind, at the slow disk and at the quick one. */
const SLOW_CLIENTS = 3
const QUICK_CLIENTS = 1
/** Of each step: much has to wait, and a busy machine makes it wait longer. */
const LIMIT_MS = 150_000

/** Of the cluster: slots for what has up to 512 KiB. */
const TRUNK = {
  cluster: { useTrunkFile: true },
  trunk: { fileSize: 4 * KIB * KIB, slotMaxSize: 512 * KIB, allocAlignmentSize: 256 },
}

let bundle: DaemonBundle
let storage: SlowDiskStorage

beforeAll(async () => {
  bundle = await bundleDaemon()
})
afterAll(() => bundle.remove())
afterEach(() => storage.close())

interface Place {
  readonly client: StorageClient
  readonly storePathIndex: number
}

/** Makes what a client does again and again with files of a store path; it tells apart what clients make. */
type Kind = (place: Place) => (round: number, client: number) => Promise<void>

const kinds: Record<string, Kind> = {
  'append, truncate': (place) => {
    const size = 3 * KIB
    const [before, more] = [content(size, 1), content(8 * KIB, 2)]
    const files = eachIts(() => place.client.uploadAppender(before, { ...place, ext: 'log' }))
    return async (_, index) => {
      const fileId = await files(index)
      await place.client.appendFile(fileId, more)
      expect((await place.client.downloadBuffer(fileId)).equals(Buffer.concat([before, more]))).toBe(true)
      await place.client.truncateFile(fileId, size)
    }
  },
  'modify 200 KiB': (place) => {
    const files = eachIts(() => place.client.uploadAppender(content(300 * KIB, 3), { ...place, ext: 'log' }))
    return async (round, index) => {
      const fileId = await files(index)
      const range = { offset: 50 * KIB, length: 200 * KIB }
      const bytes = content(range.length, round)
      await place.client.modifyFile(fileId, range.offset, bytes)
      expect((await place.client.downloadBuffer(fileId, range)).equals(bytes)).toBe(true)
    }
  },
  regenerate: (place) => async (round) => {
    const bytes = content(2 * KIB, round)
    const appender = await place.client.uploadAppender(bytes, { ...place, ext: 'log' })
    const fileId = await place.client.regenerateFile(appender)
    expect((await place.client.downloadBuffer(fileId)).equals(bytes)).toBe(true)
    await place.client.deleteFile(fileId)
  },
  'slave of 4 KiB': (place) => slaves(place, 4 * KIB),
  'slave of 300 KiB': (place) => slaves(place, 300 * KIB),
  metadata: (place) => {
    const files = eachIts(() => place.client.uploadFile(content(KIB, 4), { ...place, ext: 'bin' }))
    return async (round, index) => {
      const fileId = await files(index)
      await place.client.setMetadata(fileId, { round: String(round) }, round % 2 === 0 ? 'overwrite' : 'merge')
      expect(await place.client.getMetadata(fileId)).toEqual({ round: String(round) })
    }
  },
  'file info': (place) => {
    const files = eachIts(async () => {
      const master = await place.client.uploadFile(content(KIB, 5), { ...place, ext: 'bin' })
      // Its CRC-32 stands in no name.
      return await place.client.uploadSlave(master, '-info', 'bin', content(5 * KIB, 6))
    })
    return async (_, index) => expect((await place.client.queryFileInfo(await files(index))).size).toBe(5 * KIB)
  },
  link: (place) => {
    const bytes = content(6 * KIB, 7)
    const files = eachIts(() => place.client.uploadFile(bytes, { ...place, ext: 'bin' }))
    return async (_, index) => {
      const link = await place.client.createLink(await files(index), { ext: 'bin' })
      expect((await place.client.downloadBuffer(link)).equals(bytes)).toBe(true)
      await place.client.deleteFile(link)
    }
  },
}

function slaves(place: Place, size: number): (round: number, client: number) => Promise<void> {
  const bytes = content(size, 8)
  const masters = eachIts(() => place.client.uploadFile(content(KIB, 9), { ...place, ext: 'bin' }))
  return async (round, index) => {
    const fileId = await place.client.uploadSlave(await masters(index), `-${round}`, 'bin', bytes)
    expect((await place.client.downloadBuffer(fileId)).equals(bytes)).toBe(true)
    await place.client.deleteFile(fileId)
  }
}

/** One thing for each client, made when it is asked for first. */
function eachIts<T>(make: () => Promise<T>): (client: number) => Promise<T> {
  const made = new Map<number, Promise<T>>()
  return (client) => {
    const its = made.get(client) ?? make()
    made.set(client, its)
    return its
  }
}

/** Small files that lie in slots of trunk files. */
const slotKinds: Record<string, Kind> = {
  // Nothing else is done between two uploads that would wait for the disk first.
  'upload of 2 KiB': (place) => async (round) => {
    const fileId = await place.client.uploadFile(content(2 * KIB, round), { ...place, ext: 'bin' })
    expect(parseFileId(fileId).kind).toBe('trunk')
  },
  'slot of 2 KiB': (place) => slots(place, 2 * KIB),
  // It comes in a temporary file.
  'slot of 200 KiB': (place) => slots(place, 200 * KIB),
  'link to a slot': (place) => {
    const bytes = content(3 * KIB, 12)
    const files = eachIts(() => place.client.uploadFile(bytes, { ...place, ext: 'bin' }))
    return async (_, index) => {
      const link = await place.client.createLink(await files(index), { ext: 'bin' })
      expect((await place.client.downloadBuffer(link)).equals(bytes)).toBe(true)
      await place.client.deleteFile(link)
    }
  },
}

function slots(place: Place, size: number): (round: number) => Promise<void> {
  return async (round) => {
    const bytes = content(size, round)
    const fileId = await place.client.uploadFile(bytes, { ...place, ext: 'bin' })
    expect(parseFileId(fileId).kind).toBe('trunk')
    expect((await place.client.downloadBuffer(fileId)).equals(bytes)).toBe(true)
    expect((await place.client.queryFileInfo(fileId)).size).toBe(size)
    await place.client.deleteFile(fileId)
  }
}

const SAME = content(5 * KIB, 13)
const storeSame = ({ client, storePathIndex }: Place) => client.uploadFile(SAME, { ext: 'bin', storePathIndex })

const sameContents: Kind = (place) => async () => {
  const fileId = await storeSame(place)
  expect((await place.client.downloadBuffer(fileId)).equals(SAME)).toBe(true)
  await place.client.deleteFile(fileId)
}

async function slotsAreHandedOut(): Promise<void> {
  const client = storage.client()
  for (const storePathIndex of [0, 1]) {
    await until('small files go into slots', async () => {
      return parseFileId(await client.uploadFile(content(100), { ext: 'bin', storePathIndex })).kind === 'trunk'
    })
  }
}

function crowds(kinds: Record<string, Kind>, storePathIndex: number, clients: number): Crowd[] {
  return Object.values(kinds).map((kind) => new Crowd(clients, kind({ client: storage.client(), storePathIndex })))
}

const doneBy = (some: readonly Crowd[]) => some.map(({ done }) => done)
const areServed = (some: readonly Crowd[], since: readonly number[], times: number) =>
  some.every(({ done }, kind) => done >= (since[kind] ?? 0) + times)

async function goOnBesideSlow(kinds: Record<string, Kind>): Promise<void> {
  const [slow, quick] = [crowds(kinds, 0, SLOW_CLIENTS), crowds(kinds, 1, QUICK_CLIENTS)]
  const all = [...slow, ...quick]
  const none = all.map(() => 0)
  await until('everybody was served', () => areServed(all, none, 4), LIMIT_MS)
  storage.become('slow')
  const served = doneBy(slow)
  await until('each kind felt it', () => areServed(slow, served, SLOW_CLIENTS), LIMIT_MS)

  const [slowBefore, quickBefore] = [doneBy(slow), doneBy(quick)]
  await until('each kind was served again', () => areServed(slow, slowBefore, 2), LIMIT_MS)
  for (const [kind, name] of Object.keys(kinds).entries()) {
    const few = (slow[kind]?.done ?? 0) - (slowBefore[kind] ?? 0)
    // One client of the quick disk does many times what the clients of the slow one do together.
    expect((quick[kind]?.done ?? 0) - (quickBefore[kind] ?? 0), name).toBeGreaterThan(few * 5)
  }
  await goOnBesideHanging(quick, all)
}

async function goOnBesideHanging(quick: readonly Crowd[], all: readonly Crowd[]): Promise<void> {
  storage.become('hang')
  const hung = doneBy(quick)
  await until('each kind is served a hundred times more', () => areServed(quick, hung, 100), LIMIT_MS)
  storage.recover()
  await Promise.all(all.map((crowd) => crowd.stop()))
}

/** Without a slow call before: each thread meets the disk that hangs unprepared. */
async function goOnBesideHangingAtOnce(kinds: Record<string, Kind>): Promise<void> {
  const [hanging, quick] = [crowds(kinds, 0, SLOW_CLIENTS), crowds(kinds, 1, QUICK_CLIENTS)]
  const all = [...hanging, ...quick]
  const none = all.map(() => 0)
  await until('everybody was served', () => areServed(all, none, 4), LIMIT_MS)
  await goOnBesideHanging(quick, all)
}

describe('who changes files of a quick disk', () => {
  it('goes on while many wait for another disk that is slow, and while that one hangs', async () => {
    storage = await SlowDiskStorage.start(bundle)
    await goOnBesideSlow(kinds)
  }, 500_000)

  it('never waits for one that hangs, where nothing is done on an event loop', async () => {
    storage = await SlowDiskStorage.start(bundle, { disk_calls: 'pool' })
    await goOnBesideHangingAtOnce(kinds)
  }, 500_000)
})

describe('whose small files lie in trunk files of a quick disk', () => {
  it('goes on while many wait for another disk that is slow, and while that one hangs', async () => {
    storage = await SlowDiskStorage.start(bundle, {}, TRUNK)
    await slotsAreHandedOut()
    await goOnBesideSlow(slotKinds)
  }, 500_000)

  it('never waits for one that hangs, where nothing is done on an event loop', async () => {
    storage = await SlowDiskStorage.start(bundle, { disk_calls: 'pool' }, TRUNK)
    await slotsAreHandedOut()
    await goOnBesideHangingAtOnce(slotKinds)
  }, 500_000)
})

describe('whose equal contents are stored once', () => {
  it('never waits for a disk that hangs, where nothing is done on an event loop', async () => {
    storage = await SlowDiskStorage.start(bundle, { disk_calls: 'pool', check_file_duplicate: 'true' })
    await goOnBesideHangingAtOnce({ 'the same content': sameContents })
    const [first = ''] = await Promise.all(
      [1, 2, 3].map(() => storeSame({ client: storage.client(), storePathIndex: 0 })),
    )
    const path = join(storage.cluster.folder, 'slow/data', parseFileId(first).logicName.slice('M00/'.length))
    // Three files, and what is remembered of their content.
    await until('they are one content', () => lstatSync(path).nlink === 4)
  }, 500_000)
})

describe('whoever goes away while his disk hangs', () => {
  it('leaves nothing of what he was appending, and the file to others', async () => {
    storage = await SlowDiskStorage.start(bundle, { disk_calls: 'pool' })
    const client = storage.client()
    const [before, more] = [content(3 * KIB, 1), content(8 * KIB, 2)]
    const fileId = await client.uploadAppender(before, { ext: 'log', storePathIndex: 0 })
    storage.become('hang')
    const name = fileId.slice('group1/'.length)
    const half = Buffer.concat([int8(name.length), int8(more.length), text(name), more.subarray(0, 4 * KIB)])
    const socket = connect({ host: '127.0.0.1', port: storage.daemon.tcpPort })
    socket.end(frame(24, half, 0, half.length + 4 * KIB))
    await new Promise((resolve) => socket.on('close', resolve).resume())
    storage.recover()
    await client.appendFile(fileId, more)
    expect((await client.downloadBuffer(fileId)).equals(Buffer.concat([before, more]))).toBe(true)
  }, 200_000)
})
