import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Trackers, testConfig } from '../../../apps/tracker/test/support/running-tracker.ts'
import { StoragePeer } from '../../../apps/tracker/test/support/storage-peer.ts'
import { until } from '../../../apps/tracker/test/support/until.ts'
import { type Defaults, runCairn } from '../src/cairn/cairn.ts'
import { run } from './ended.ts'

const NOW = 1_795_234_400
const fileId = 'group1/M00/00/00/oYYBAGsBGgKAAhBOAAAD6ES_WUg814.txt' // recorded; of 100001, at 1795234306

const trackers = new Trackers()
let defaults: Required<Defaults>
let first: StoragePeer
beforeAll(async () => {
  const { tcpPort, httpPort } = await trackers.start(testConfig(trackers.folder()), () => NOW)
  defaults = { trackers: [`127.0.0.1:${tcpPort}`], statusPort: httpPort }
  first = await StoragePeer.active({ trackerPort: tcpPort, id: '100001', port: 23_000 })
  const second = await StoragePeer.active({ trackerPort: tcpPort, id: '100002', port: 23_001 })
  second.close()
  await until(async () => (await where(fileId)).out.includes('OFFLINE'))
})
afterAll(async () => {
  first.close()
  await trackers.cleanUp()
})

function where(...args: string[]) {
  return whereAt(defaults, ...args)
}

function whereAt(asked: Defaults, ...args: string[]) {
  return run((terminal) => runCairn(['where', ...args], terminal, asked))
}

describe('cairn where', () => {
  it('prints who delivers a file, and why the others do not', async () => {
    const { code, out } = await where(fileId)
    expect([code, out.split('\n')]).toEqual([
      0,
      [
        fileId,
        '  uploaded 2026-11-21T04:11:46Z to 100001',
        '  clients read from 100001',
        '  100001 127.0.0.1:23000  yes  took the upload',
        '  100002 127.0.0.1:23001  no   is OFFLINE',
        '',
      ],
    ])
  })

  it('prints the answer itself for scripts, from the status page that is named', async () => {
    const { out } = await where(fileId, '--json', '--http', `http://127.0.0.1:${defaults.statusPort}/`)
    expect(JSON.parse(out)).toMatchObject({ file: fileId, source: '100001', members: [{ serves: true }, {}] })
  })

  it('says in one sentence what went wrong', async () => {
    const unknown = await where(fileId.replace('group1', 'group9'))
    expect([unknown.code, unknown.err]).toEqual([1, expect.stringMatching(/^cairn where: group9\/\S+: .*group.*\.\n$/)])
    const nobody = await where(fileId, '--http', 'http://127.0.0.1:1')
    expect([nobody.code, nobody.err]).toEqual([
      1,
      expect.stringContaining('No tracker answers at http://127.0.0.1:1 ('),
    ])
    expect(await where()).toMatchObject({ code: 2, err: expect.stringContaining('cairn where FILE_ID') })
  })

  it('asks the next tracker when one does not answer', async () => {
    const [running = ''] = defaults.trackers
    const { code, out } = await whereAt({ ...defaults, trackers: ['127.0.0.9:1', running] }, fileId)
    expect([code, out]).toEqual([0, expect.stringContaining('took the upload')])
  })
})
