import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'
import type { Target } from '../src/index.ts'

const HOUR_MS = 3_600_000

/** `@tus/server` with its file store, both as they come. */
export async function startTusNodeServer(): Promise<{ target: Target; close(): Promise<void> }> {
  const directory = mkdtempSync(join(tmpdir(), 'tus-node-'))
  const datastore = new FileStore({ directory, expirationPeriodInMilliseconds: HOUR_MS })
  const tus = new Server({ path: '/files', datastore, maxSize: 10_000_000, relativeLocation: true })
  const server = tus.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  return {
    target: {
      url: `http://127.0.0.1:${port}/files`,
      async read(url) {
        return Buffer.from(await (await fetch(url)).arrayBuffer())
      },
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      rmSync(directory, { recursive: true })
    },
  }
}
