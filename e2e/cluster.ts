// The real thing in a temporary folder: PostgreSQL, a tracker, two storages, web and worker, on free ports. The same code as
// `npm start`, with a proxy between the browser and each storage.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ensureBuilt } from '../scripts/lib/build.mjs'
import { Cluster } from '../scripts/lib/cluster.mjs'
import { freePorts } from '../scripts/lib/ports.mjs'
import { lockStateFolder } from '../scripts/lib/run-folder.mjs'
import { readSettings } from '../scripts/lib/settings.mjs'
import { BreakProxy } from './break-proxy.ts'

export interface StorageUnderTest {
  id: string
  name: string
  /** Its only store path. */
  path: string
  /** FastDFS address, for a client beside the browser. */
  address: string
  /** Its HTTP port, without the proxy. */
  httpUrl: string
  /** What the browser's connections to its HTTP port pass through. */
  proxy: BreakProxy
}

export interface Drive {
  url: string
  databaseUrl: string
  trackers: string[]
  storages: StorageUnderTest[]
  /** Ends a member as a power cut would: tracker, storage1, storage2, web or worker. */
  kill(name: string): Promise<void>
  /** Starts a killed storage again and waits until the tracker calls it active. */
  restartStorage(storage: StorageUnderTest): Promise<void>
  close(): Promise<void>
}

async function chooseSettings(dataDir: string, env: Record<string, string>) {
  const [web, tracker, trackerHttp, tcp1, tcp2, http1, http2, proxy1, proxy2] = await freePorts(9)
  const settings = readSettings({
    CAIRN_DATA: dataDir,
    CAIRN_PORT: String(web),
    CAIRN_TRACKER_PORT: String(tracker),
    CAIRN_TRACKER_HTTP_PORT: String(trackerHttp),
    CAIRN_STORAGE_PORTS: `${tcp1},${tcp2}`,
    CAIRN_STORAGE_HTTP_PORTS: `${http1},${http2}`,
    // `localhost`, not 127.0.0.1: the page and the storages must be of one site, as they are behind real names.
    CAIRN_STORAGE_URL: `100001=http://localhost:${proxy1},100002=http://localhost:${proxy2}`,
    ...env,
  })
  return { settings, proxyPorts: [proxy1, proxy2] }
}

/** Starts a drive. `env` adds settings of `npm start`, such as CAIRN_QUOTA_DEFAULT_BYTES. */
export async function startDrive(env: Record<string, string> = {}): Promise<Drive> {
  await ensureBuilt()
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-e2e-'))
  const { settings, proxyPorts } = await chooseSettings(dataDir, env)
  const url = settings.urls[0] ?? ''
  const lock = lockStateFolder(dataDir, { url })
  const cluster = new Cluster(settings, {
    runDir: lock.runDir,
    step: (_name: string, work: () => Promise<unknown>) => work(),
    onNote: (text: string) => console.log(`    [${text}]`),
    onGiveUp: (text: string) => console.error(text),
  })
  const storages = settings.storages.map((storage, index) => ({
    id: storage.id,
    name: storage.name,
    path: path.join(dataDir, storage.name),
    address: `127.0.0.1:${storage.port}`,
    httpUrl: `http://127.0.0.1:${storage.httpPort}`,
    proxy: new BreakProxy(storage.httpPort),
    proxyPort: proxyPorts[index] ?? 0,
  }))
  const close = async () => {
    await cluster.stop()
    await Promise.all(storages.map(({ proxy }) => proxy.close()))
    fs.rmSync(dataDir, { recursive: true, force: true })
  }
  await Promise.all(storages.map(({ proxy, proxyPort }) => proxy.listen(proxyPort)))
  try {
    await cluster.start()
  } catch (error) {
    await close()
    throw error
  }
  return {
    url,
    databaseUrl: cluster.databaseUrl ?? '',
    trackers: settings.trackers,
    storages,
    kill: (name) => cluster.member(name).kill(),
    restartStorage: async ({ id, name }) => {
      cluster.member(name).start()
      await cluster.waitForActive([id])
    },
    close,
  }
}
