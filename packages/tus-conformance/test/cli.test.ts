import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { startReferenceServer } from './reference-server.ts'

const COMMAND = fileURLToPath(new URL('../bin/tus-conformance.mjs', import.meta.url))

function run(...args: string[]): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [COMMAND, ...args], (_error, stdout) => {
      resolve({ code: child.exitCode, text: stdout })
    })
  })
}

describe('tus-conformance', { timeout: 120_000 }, () => {
  it('ends with 0 for a server that keeps everything, with a line for each demand', async () => {
    const server = await startReferenceServer(null)
    const { code, text } = await run(server.url, '--only', 'creation/')
    await server.close()
    expect(text).toMatch(/^ok +MUST +creation\/created-201 /m)
    expect([code, text.trim().split('\n').at(-1)]).toEqual([0, '11 kept, 0 violated, 0 not testable'])
  })

  it('ends with 1 for a server that does not, and says what it did', async () => {
    const server = await startReferenceServer('PATCH is answered 200')
    const { code, text } = await run(server.url, '--only', 'core/patch-', '--json')
    await server.close()
    const { requirements, violated } = JSON.parse(text) as { violated: number; requirements: { id: string }[] }
    expect(code).toBe(1)
    expect(violated).toBeGreaterThan(0)
    expect(requirements.find(({ id }) => id === 'core/patch-204')).toMatchObject({ reason: 'PATCH was answered 200' })
  })

  it('sends the headers that it is given with every request', async () => {
    const seen = new Set<string | undefined>()
    const server = createServer((request, response) => {
      if (request.method !== 'OPTIONS') seen.add(request.headers.authorization)
      response.writeHead(204, { 'Tus-Extension': 'creation' }).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await run(`http://127.0.0.1:${port}/files`, '--header', 'Authorization: Bearer abc', '--only', 'creation/')
    server.close()
    expect([...seen]).toEqual(['Bearer abc'])
  })

  it.each([[[]], [['http://127.0.0.1:1/', 'http://127.0.0.1:2/']], [['http://127.0.0.1:1/', '--header', 'nonsense']]])(
    'explains itself and ends with 2 when called with %j',
    async (args) => {
      const { code, text } = await run(...args)
      expect([code, text.split(' ').slice(0, 2)]).toEqual([2, ['usage:', 'tus-conformance']])
    },
  )
})
