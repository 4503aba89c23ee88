import { Status, trackerCommands } from '@cairn/dfs-core'
import { type CommandHandler, createCommandServer } from '@cairn/dfs-core/server'
import { afterAll, expect, it } from 'vitest'
import { addressBook, chooseStorage, dfs, storageOrigins } from '../src/lib/dfs.ts'
import { freshDatabase } from './support/database.ts'

const STATUS_ACTIVE = 7
const GROUP_RECORD_BYTES = 113
const STORAGE_RECORD_BYTES = 487

/** A server that answers like a C cluster of one tracker and one storage: it does not know Cairn's STATUS (206). */
async function startForeignCluster(): Promise<{ port: number; close(): Promise<void> }> {
  const answers = new Map<number, () => Buffer>()
  const handlers = new Map<number, CommandHandler<null>>(
    [trackerCommands.listAllGroups.code, trackerCommands.listStorages.code].map((code) => [
      code,
      { kind: 'buffered', bodyMax: 64, handle: (_request, reply) => reply.ok(answers.get(code)?.()) },
    ]),
  )
  const server = createCommandServer<null>({
    handlers,
    newState: () => null,
    limits: { maxConnections: 10, networkTimeoutMs: 5000 },
    unknownCommand: 'answer',
    closeOnEinval: true,
  })
  const port = await server.listen(0, '127.0.0.1')
  answers.set(trackerCommands.listAllGroups.code, () => {
    const record = Buffer.alloc(GROUP_RECORD_BYTES)
    record.write('group1')
    return record
  })
  answers.set(trackerCommands.listStorages.code, () => {
    const layout = trackerCommands.listStorages.response
    const [zeros] = layout.decode(Buffer.alloc(STORAGE_RECORD_BYTES)).storages
    const storage = { ...zeros!, status: STATUS_ACTIVE, id: '100001', ip: '127.0.0.1', storagePort: port }
    return layout.forWidth(16).encode({ storages: [storage] })
  })
  return { port, close: () => server.close(0) }
}

const cluster = await startForeignCluster()
process.env['CAIRN_TRACKERS'] = `127.0.0.1:${cluster.port}`
await freshDatabase()
afterAll(async () => {
  dfs().close()
  await cluster.close()
})

it('a C FastDFS cluster is recognised and refused in one sentence', async () => {
  const sentence = `Storage 127.0.0.1:${cluster.port} of group1 belongs to a C FastDFS cluster; not supported yet.`
  await expect(addressBook().members()).rejects.toMatchObject({ code: 'c_cluster', message: sentence })
  // The pages open all the same.
  expect(await storageOrigins('http://drive.test:3000')).toEqual([])
})

it('the status of what it cannot do is EINVAL and not silence', async () => {
  await expect(dfs().storage(`127.0.0.1:${cluster.port}`).status()).rejects.toMatchObject({ status: Status.EINVAL })
  await expect(chooseStorage()).rejects.toMatchObject({ code: 'no_storage' })
})
