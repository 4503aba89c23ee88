import { Status, trackerCommands } from '@cairn/dfs-core'
import fc from 'fast-check'
import { afterEach, expect, it } from 'vitest'
import { Trackers, testConfig } from './support/running-tracker.ts'
import { StoragePeer } from './support/storage-peer.ts'
import { Wire } from './support/wire.ts'

const trackers = new Trackers()
afterEach(() => trackers.cleanUp())

const QUIT = 82
const codes = Object.values(trackerCommands)
  .map(({ code }) => code)
  .filter((code) => code !== QUIT)

/** What a request may be answered with; EIO would be an error that nobody foresaw. */
const foreseen: number[] = [
  Status.OK,
  Status.ENOENT,
  Status.EACCES,
  Status.EFAULT,
  Status.EBUSY,
  Status.EEXIST,
  Status.EINVAL,
  Status.ENOSPC,
  Status.ENAMETOOLONG,
  Status.EOPNOTSUPP,
  Status.EALREADY,
]

const group = fc.constantFrom('group1', 'group2', '', 'gröup', '../etc').map((name) => {
  const field = Buffer.alloc(16)
  field.write(name, 'latin1')
  return field
})
const piece = fc.oneof(
  group,
  fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom('1', '2', '100001', 'M00/00/00/oYYBAGsBFZmITJiFAAAABjY6MCA212.txt', '127.0.0.1:23000')
    .map((text) => Buffer.from(text)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => {
    const field = Buffer.alloc(8)
    field.writeBigInt64BE(value)
    return field
  }),
  fc.nat({ max: 600 }).map((size) => Buffer.alloc(size)),
)
const request = fc.record({
  code: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...codes) },
    { weight: 1, arbitrary: fc.nat({ max: 255 }).filter((code) => code !== QUIT) },
  ),
  body: fc.array(piece, { maxLength: 5 }).map((pieces) => Buffer.concat(pieces)),
})

it('whatever is sent gets an answer that was foreseen, and leaves state files that can be read', async () => {
  const config = testConfig(trackers.folder())
  const tracker = await trackers.start(config)
  const { tcpPort, httpPort } = tracker
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 40 }), fc.boolean(), async (requests, joins) => {
      const peer = joins ? await StoragePeer.active({ trackerPort: tcpPort, id: '100001' }) : undefined
      const wire = peer?.wire ?? (await Wire.open(tcpPort))
      for (const { code, body } of requests) {
        const { status } = await wire.ask(code, body)
        expect(foreseen, `command ${code} with ${body.toString('hex')} was answered with ${status}`).toContain(status)
      }
      wire.close()
    }),
    { numRuns: 60 },
  )
  const status = await (await fetch(`http://127.0.0.1:${httpPort}/status`)).json()
  expect(status).toMatchObject({ saveError: null })
  // What all this left in the state files can be read.
  await trackers.stop(tracker)
  await trackers.start(config)
})

it('a request cut at any byte is answered the same', async () => {
  const { tcpPort } = await trackers.start(testConfig(trackers.folder()))
  await StoragePeer.active({ trackerPort: tcpPort, id: '100001' })
  const name = 'group1\0\0\0\0\0\0\0\0\0\0M00/00/00/oYYBAGsBFZmITJiFAAAABjY6MCA212.txt'
  const frame = Buffer.concat([Buffer.from([0, 0, 0, 0, 0, 0, 0, name.length, 102, 0]), Buffer.from(name)])
  const wire = await Wire.open(tcpPort)
  for (let cut = 1; cut < frame.length; cut++) {
    wire.sendBytes(frame.subarray(0, cut))
    await new Promise((resolve) => setImmediate(resolve))
    wire.sendBytes(frame.subarray(cut))
    const { status, body } = await wire.answer()
    expect([status, body.length]).toEqual([Status.OK, 39])
  }
  wire.close()
})
