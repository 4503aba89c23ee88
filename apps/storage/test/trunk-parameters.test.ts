import { parseFileId } from '@cairn/dfs-core'
import { expect, it } from 'vitest'
import { content, startCluster, type TestStorage, until } from './cluster.ts'

const LIMIT_MS = 90_000
const TRUNK = { fileSize: 4 * 1024 * 1024, slotMaxSize: 512 * 1024, allocAlignmentSize: 256 }

it('storages that go on take other settings of trunk files from a tracker that was started with them', async () => {
  const cluster = await startCluster(['100001'])
  try {
    const { client } = cluster.storages[0] as TestStorage
    const upload = (size: number) => client.uploadFile(content(size), { ext: 'bin' })
    const kindOf = async (size: number) => parseFileId(await upload(size)).kind
    const first = await upload(1000)
    expect(parseFileId(first).kind).toBe('normal')

    await cluster.restartTracker({ cluster: { useTrunkFile: true }, trunk: TRUNK })
    await until('small files go into slots', async () => (await kindOf(1000)) === 'trunk', LIMIT_MS)
    const inSlot = await upload(1000)
    expect(parseFileId(inSlot).trunk?.allocSize).toBe(1024)
    expect(await kindOf(100_000)).toBe('trunk')

    const small = { ...TRUNK, slotMaxSize: 2048, allocAlignmentSize: 512 }
    await cluster.restartTracker({ cluster: { useTrunkFile: true }, trunk: small })
    await until(
      'files that fit no slot any more are stored by themselves',
      async () => (await kindOf(100_000)) === 'normal',
    )
    await until('small files go into slots', async () => (await kindOf(1025)) === 'trunk', LIMIT_MS)
    expect(parseFileId(await upload(1025)).trunk?.allocSize).toBe(1536)

    await cluster.restartTracker()
    await until('small files are stored by themselves', async () => (await kindOf(1000)) === 'normal')
    expect((await client.downloadBuffer(inSlot)).equals(content(1000))).toBe(true)
    expect((await client.downloadBuffer(first)).equals(content(1000))).toBe(true)
  } finally {
    await cluster.close()
  }
}, 120_000)
