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

    // A storage that does not hear of its tracker for a moment stores small files by themselves, too.
    const inSlotOf = async (size: number, allocSize: number) => {
      let fileId = ''
      const isSo = async () => {
        fileId = await upload(size)
        return parseFileId(fileId).trunk?.allocSize === allocSize
      }
      await until(`a file of ${size} bytes goes into a slot of ${allocSize}`, isSo, LIMIT_MS)
      return fileId
    }
    await cluster.restartTracker({ cluster: { useTrunkFile: true }, trunk: TRUNK })
    const inSlot = await inSlotOf(1000, 1024)
    await inSlotOf(100_000, 100_096)

    const small = { ...TRUNK, slotMaxSize: 2048, allocAlignmentSize: 512 }
    await cluster.restartTracker({ cluster: { useTrunkFile: true }, trunk: small })
    await inSlotOf(1025, 1536)
    expect(await kindOf(100_000)).toBe('normal')

    await cluster.restartTracker()
    await until('small files are stored by themselves', async () => (await kindOf(1000)) === 'normal')
    expect((await client.downloadBuffer(inSlot)).equals(content(1000))).toBe(true)
    expect((await client.downloadBuffer(first)).equals(content(1000))).toBe(true)
  } finally {
    await cluster.close()
  }
}, 120_000)
