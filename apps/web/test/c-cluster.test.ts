import { createServer, type Server, type Socket } from 'node:net'
import { Status, trackerCommands } from '@cairn/dfs-core'
import { afterAll, expect, it } from 'vitest'
import { addressBook, chooseStorage, dfs, storageOrigins } from '../src/lib/dfs.ts'
import frames from './support/c-cluster-frames.json' with { type: 'json' }
import { freshDatabase } from './support/database.ts'

const HEADER_BYTES = 10
const RESPONSE = 100

function response(status: number, body: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeBigInt64BE(BigInt(body.length), 0)
  header[8] = RESPONSE
  header[9] = status
  return Buffer.concat([header, body])
}

/** Serves requests one by one; `answer` gives the bytes to send, and whether the server then hangs up. */
async function listen(answer: (command: number) => { bytes: Buffer; closes: boolean }): Promise<[Server, number]> {
  const server = createServer((socket: Socket) => {
    let received = Buffer.alloc(0)
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      while (received.length >= HEADER_BYTES) {
        const length = HEADER_BYTES + Number(received.readBigInt64BE(0))
        if (received.length < length) return
        const { bytes, closes } = answer(received.readUInt8(8))
        received = received.subarray(length)
        if (closes) socket.end(bytes)
        else socket.write(bytes)
      }
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return [server, (server.address() as { port: number }).port]
}

/** The recorded list of storages; only where they are is changed, to where the test's own socket listens. */
function storagesAt(port: number): Buffer {
  const recorded = Buffer.from(frames.listStorages.body, 'hex')
  const layout = trackerCommands.listStorages.response
  const { storages } = layout.decode(recorded)
  expect(layout.forWidth(16).encode({ storages }).equals(recorded)).toBe(true)
  const moved = storages.map((storage) => ({ ...storage, ip: '127.0.0.1', storagePort: port }))
  return layout.forWidth(16).encode({ storages: moved })
}

const [storage, storagePort] = await listen(() => ({
  bytes: response(frames.unknownCommandOfStorage.status, Buffer.alloc(0)),
  closes: frames.unknownCommandOfStorage.closes,
}))
const trackerAnswers = new Map([
  [trackerCommands.listAllGroups.code, Buffer.from(frames.listAllGroups.body, 'hex')],
  [trackerCommands.listStorages.code, storagesAt(storagePort)],
])
const [tracker, trackerPort] = await listen((command) => {
  const body = trackerAnswers.get(command)
  return { bytes: response(body ? 0 : Status.EINVAL, body ?? Buffer.alloc(0)), closes: false }
})

process.env['CAIRN_TRACKERS'] = `127.0.0.1:${trackerPort}`
await freshDatabase()
afterAll(() => {
  dfs().close()
  tracker.close()
  storage.close()
})

it('a C FastDFS cluster is recognised by its recorded answers, and refused in one sentence', async () => {
  const sentence = `Storage 127.0.0.1:${storagePort} of group1 speaks only FastDFS: set CAIRN_UPLOADS=gateway.`
  await expect(addressBook().members()).rejects.toMatchObject({ code: 'c_cluster', message: sentence })
  // The pages open all the same.
  expect(await storageOrigins('http://drive.test:3000')).toEqual([])
})

it('the status of what it cannot do is EINVAL and not silence', async () => {
  await expect(dfs().storage(`127.0.0.1:${storagePort}`).status()).rejects.toMatchObject({ status: Status.EINVAL })
  await expect(chooseStorage()).rejects.toMatchObject({ code: 'no_storage' })
})
