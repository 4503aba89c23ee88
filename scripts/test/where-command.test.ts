import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { runWhere } from '../lib/where-command.mjs'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A tracker's door that gives one answer to everybody, and what it was asked. */
async function door(status: number, body: unknown): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  closing.push(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

const view = {
  file: 'group1/M00/00/00/a',
  createdAt: 1_795_233_177,
  canChange: false,
  source: '100001',
  readFrom: ['100001'],
  members: [
    { id: '100001', address: '192.0.2.1:23000', serves: true, why: 'took the upload' },
    { id: '100002', address: '192.0.2.22:23000', serves: false, why: 'is OFFLINE' },
  ],
}

describe('cairn where', () => {
  it('prints who delivers a file, and why the others do not', async () => {
    const { url, asked } = await door(200, view)
    const printed: string[] = []
    await runWhere([view.file, '--tracker', url], {}, (text: string) => printed.push(text))
    expect(asked).toEqual(['/where?file_id=group1%2FM00%2F00%2F00%2Fa'])
    expect(printed.join('\n').split('\n')).toEqual([
      'group1/M00/00/00/a',
      '  uploaded 2026-11-21T03:52:57Z to 100001',
      '  clients read from 100001',
      '  100001 192.0.2.1:23000   yes  took the upload',
      '  100002 192.0.2.22:23000  no   is OFFLINE',
    ])
  })

  it('prints the answer itself for scripts', async () => {
    const { url } = await door(200, view)
    const printed: string[] = []
    await runWhere([view.file, '--json', '--tracker', url], {}, (text: string) => printed.push(text))
    expect(JSON.parse(printed.join(''))).toEqual(view)
  })

  it('says in one sentence what went wrong', async () => {
    const { url } = await door(404, { code: 'unknown_group', message: 'no file ID of a known group' })
    await expect(runWhere(['x', '--tracker', url], {})).rejects.toThrow('x: no file ID of a known group.')
    const gone = await door(200, view)
    for (const close of closing.splice(0)) close()
    await expect(runWhere(['x', '--tracker', gone.url], {})).rejects.toThrow(`No tracker answers at ${gone.url}`)
    await expect(runWhere([], {})).rejects.toThrow('cairn where FILE_ID')
  })
})
