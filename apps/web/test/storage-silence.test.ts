import { createServer, type RequestListener } from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { silenceOf } from '../src/features/admin/server/cluster.ts'
import { askEach } from '../src/features/drive/copies.ts'
import { storageStatus } from '../src/lib/storage-service.ts'
import { freshDatabase } from './support/database.ts'
import { GROUP, STORAGE_ID } from './support/receipts.ts'

await freshDatabase()

const member = { group: GROUP, storageId: STORAGE_ID, ip: '127.0.0.1', port: 23000, isActive: true }

/** What the administration is told of a storage whose HTTP server answers like this. */
async function silenceAt(listener: RequestListener): Promise<string | null> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const error = await storageStatus({ ...member, httpPort: port }).catch((caught: unknown) => caught)
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  return silenceOf(error)
}

it('nobody at the port, and a connection that is cut before or inside the answer, is silence', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  const refused = await storageStatus({ ...member, httpPort: port }).catch((caught: unknown) => caught)
  expect(silenceOf(refused)).toBe('away')
  expect(await silenceAt((request) => request.socket.destroy())).toBe('away')
  expect(
    await silenceAt((request, response) => {
      response.writeHead(200, { 'Content-Length': '100' })
      response.write('{"version":', () => request.socket.destroy())
    }),
  ).toBe('away')
})

it('a refusal, a page of something else and an answer without its fields are no silence: somebody is there', async () => {
  expect(await silenceAt((_request, response) => response.writeHead(403).end('{}'))).toBe('foreign')
  expect(await silenceAt((_request, response) => response.end('<html>'))).toBe('foreign')
  expect(await silenceAt((_request, response) => response.end('{"version":"9"}'))).toBe('foreign')
})

it('a mistake of our own is neither, and is thrown', async () => {
  // A port that no storage can have is refused where the request is made, before anything is asked.
  const mistake = await storageStatus({ ...member, httpPort: 70_000 }).catch((caught: unknown) => caught)
  expect(mistake).toBeInstanceOf(TypeError)
  expect(silenceOf(mistake)).toBeNull()
})

it('a storage that takes the question and says nothing is given up; it is named as the one that does not answer', async () => {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  let questions = 0
  server.on('connection', () => {
    questions += 1
  })
  const asked = new Promise<net.Socket>((resolve) => server.once('connection', resolve))
  const { port } = server.address() as AddressInfo
  const file = { fileId: `${GROUP}/M00/00/00/wKgBaFv9Ad-Abep_AAAAAAAAAAA000.txt`, size: 1 }
  const silent = { ...member, port, httpPort: null }
  const begun = Date.now()
  expect(await askEach([silent], file, 50)).toEqual([{ member: silent, state: 'unreachable', since: null }])
  // The client itself would have gone on for 30 s.
  expect(Date.now() - begun).toBeLessThan(20_000)
  const socket = await asked
  await new Promise((resolve) => socket.resume().once('close', resolve))
  // Nor is it asked again at once, for the next file of a list.
  expect(await askEach([silent], file)).toEqual([{ member: silent, state: 'unreachable', since: null }])
  expect(questions).toBe(1)
  await new Promise((resolve) => server.close(resolve))
})
