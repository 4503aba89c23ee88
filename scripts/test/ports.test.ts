import { once } from 'node:events'
import net from 'node:net'
import { expect, it } from 'vitest'
import { freePorts, requireFreePorts } from '../lib/ports.mjs'

const host = '127.0.0.1'

it('names every port that is in use and the variable that changes it, in one sentence', async () => {
  const [web = 0, storage = 0, free = 0] = await freePorts(3)
  const servers = [web, storage].map((port) => net.createServer().listen(port, host))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const wanted = [
    { port: web, host, purpose: 'web', variable: 'CAIRN_PORT' },
    { port: free, host, purpose: 'tracker', variable: 'CAIRN_TRACKER_PORT' },
    { port: storage, host, purpose: 'storage2', variable: 'CAIRN_STORAGE_PORTS' },
  ]
  const message = await requireFreePorts(wanted).catch((error: Error) => error.message)
  for (const server of servers) server.close()
  expect(message).toBe(
    `Cannot start: port ${web} (web) is in use: change CAIRN_PORT; ` +
      `port ${storage} (storage2) is in use: change CAIRN_STORAGE_PORTS, for example CAIRN_PORT=${web + 1000}.`,
  )
})

it('says that an address is not one of this machine', async () => {
  const wanted = [{ port: 3000, host: '192.0.2.1', purpose: 'web', variable: 'CAIRN_PORT' }]
  await expect(requireFreePorts(wanted)).rejects.toThrow(
    '192.0.2.1 is not an address of this machine: change CAIRN_HOST',
  )
})

it('gives different free ports, and none that it has given already', async () => {
  const ports = [...(await freePorts(20)), ...(await freePorts(20))]
  expect(new Set(ports).size).toBe(40)
})
