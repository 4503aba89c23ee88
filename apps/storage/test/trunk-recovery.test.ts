import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseFileId } from '@cairn/dfs-core'
import { afterEach, expect, it } from 'vitest'
import { allActive, content, startCluster, type TestCluster, type TestStorage, until } from './cluster.ts'

const LIMIT_MS = 90_000
const TRUNK_BYTES = 4 * 1024 * 1024
const TRUNK = { fileSize: TRUNK_BYTES, slotMaxSize: 512 * 1024, allocAlignmentSize: 256 }

let cluster: TestCluster
afterEach(() => cluster.close())

function trunkPathOf({ basePath }: TestStorage, fileId: string): string {
  const id = String(parseFileId(fileId).trunk?.id).padStart(6, '0')
  return join(basePath, 'disk', 'data', fileId.slice('group1/M00/'.length, 'group1/M00/00/00/'.length), id)
}

async function startTrunkCluster(): Promise<void> {
  cluster = await startCluster([], { heartBeatIntervalMs: 5000 }, { cluster: { useTrunkFile: true }, trunk: TRUNK })
  for (const id of ['100001', '100002']) {
    const path = join(cluster.folder, id, 'disk')
    mkdirSync(path, { recursive: true })
    await cluster.addStorage(id, { storePaths: [{ path, readonly: false }] })
  }
  await allActive(cluster)
}

async function uploadSmall({ client }: TestStorage, body: Buffer): Promise<string> {
  let fileId = ''
  await until(
    'a small file lies in a slot',
    async () => {
      fileId = await client.uploadFile(body, { ext: 'bin' })
      return parseFileId(fileId).kind === 'trunk'
    },
    LIMIT_MS,
  )
  return fileId
}

it('a slot that is written while its disk is restored does not keep the others of its trunk file away', async () => {
  await startTrunkCluster()
  const [one, two] = cluster.storages as [TestStorage, TestStorage]
  const ids: string[] = []
  for (let n = 0; n < 30; n += 1) ids.push(await uploadSmall(two, content(n * 200, n)))
  const [deleted = '', last = ''] = [ids.splice(7, 1)[0], ids.at(-1)]
  await two.client.deleteFile(deleted)
  const path = trunkPathOf(one, last)
  const whole = () => readFileSync(trunkPathOf(two, last))
  await until('both have the same slots', () => existsSync(path) && readFileSync(path).equals(whole()), LIMIT_MS)

  // The disk is empty but for the slot that has just come, and nothing else is known of it.
  await one.stop()
  const { offset = 0, allocSize = 0 } = parseFileId(last).trunk ?? {}
  const data = join(one.basePath, 'disk', 'data')
  rmSync(data, { recursive: true })
  mkdirSync(dirname(path), { recursive: true })
  const alone = Buffer.alloc(TRUNK_BYTES)
  whole().copy(alone, offset, offset, offset + allocSize)
  writeFileSync(path, alone)
  writeFileSync(join(data, '.recovery.flag'), 'saved_storage_status=7\nfetch_binlog_done=0\nrecovery_threads=-1\n')
  await one.start()
  await until('everything is restored', () => !existsSync(join(data, '.recovery.flag')), LIMIT_MS)
  expect(readFileSync(path).equals(whole())).toBe(true)
}, 120_000)

it('the check of files finds a slot whose content is damaged, and takes it from another member', async () => {
  await startTrunkCluster()
  const [one, two] = cluster.storages as [TestStorage, TestStorage]
  const ids: string[] = []
  for (let n = 0; n < 10; n += 1) ids.push(await uploadSmall(two, content(1000 + n, n)))
  const [deleted = ''] = ids.splice(3, 1)
  await two.client.deleteFile(deleted)
  const [, damaged = ''] = ids
  const path = trunkPathOf(one, damaged)
  const whole = () => readFileSync(trunkPathOf(two, damaged))
  await until('both have the same slots', () => existsSync(path) && readFileSync(path).equals(whole()), LIMIT_MS)
  await one.stop()
  await two.stop()
  // Files of the last minute may still be on their way, so these are made older; names are not looked at.
  const flipped = parseFileId(damaged).trunk?.offset ?? 0
  for (const storage of [one, two]) {
    const bytes = readFileSync(trunkPathOf(storage, damaged))
    for (const id of ids) {
      const offset = parseFileId(id).trunk?.offset ?? 0
      bytes.writeUInt32BE(bytes.readUInt32BE(offset + 13) - 3600, offset + 13)
    }
    if (storage === one) bytes[flipped + 24 + 500] = (bytes[flipped + 24 + 500] ?? 0) ^ 1
    writeFileSync(trunkPathOf(storage, damaged), bytes)
  }
  expect(readFileSync(path).equals(whole())).toBe(false)
  await two.start()
  await one.start({ scrub: { bytesPerSecond: 1e9, intervalMs: 3_600_000, delayMs: 0 } })
  const progress = join(one.basePath, 'data/.cairn-scrub')
  const state = () => JSON.parse(readFileSync(progress, 'utf8')) as Record<string, unknown>
  await until('the round is over', () => existsSync(progress) && state()['finishedAt'] !== null, LIMIT_MS)
  expect(state()).toMatchObject({ repaired: 1, damaged: [] })
  expect(readFileSync(path).equals(whole())).toBe(true)
}, 120_000)
