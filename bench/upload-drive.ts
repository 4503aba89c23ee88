import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { type MasterKeys, openMasterKeys } from '@cairn/dfs-core/tickets'
import { Cluster } from '../scripts/lib/cluster.mjs'
import { freePorts } from '../scripts/lib/ports.mjs'
import { lockStateFolder } from '../scripts/lib/run-folder.mjs'
import { readSettings } from '../scripts/lib/settings.mjs'

export interface DriveStorage {
  id: string
  /** `host:port` of the FastDFS protocol. */
  address: string
  httpPort: number
  pid: number
}

/** A whole drive as `npm start` runs it: PostgreSQL, a tracker, two storages, web and worker. */
export interface UploadDrive {
  url: string
  trackers: string[]
  storages: DriveStorage[]
  keys: MasterKeys
  /** The name of the part of the drive that this process is; null: of none. */
  partOf(pid: number): string | null
  close(): Promise<void>
}

/** Starts a new drive on free ports, with its data below `folder`. */
export async function startUploadDrive(folder: string): Promise<UploadDrive> {
  const dataDir = mkdtempSync(path.join(folder, 'cairn-bench-drive-'))
  const [web, tracker, trackerHttp, tcp1, tcp2, http1, http2] = await freePorts(7)
  const settings = readSettings({
    CAIRN_DATA: dataDir,
    CAIRN_PORT: String(web),
    CAIRN_TRACKER_PORT: String(tracker),
    CAIRN_TRACKER_HTTP_PORT: String(trackerHttp),
    CAIRN_STORAGE_PORTS: `${tcp1},${tcp2}`,
    CAIRN_STORAGE_HTTP_PORTS: `${http1},${http2}`,
  })
  const url = settings.urls[0] ?? ''
  const { runDir } = lockStateFolder(dataDir, { url })
  const cluster = new Cluster(settings, {
    runDir,
    step: (_name: string, work: () => Promise<unknown>) => work(),
    onNote: (text: string) => process.stderr.write(`${text}\n`),
    onGiveUp: (text: string) => process.stderr.write(`${text}\n`),
  })
  const close = async () => {
    await cluster.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
  try {
    await cluster.start()
  } catch (error) {
    await close()
    throw error
  }
  const storages = settings.storages.map(({ id, name, port, httpPort }): DriveStorage => {
    return { id, address: `127.0.0.1:${port}`, httpPort, pid: cluster.member(name).pid ?? 0 }
  })
  const keys = openMasterKeys(readFileSync(settings.keysFile, 'utf8'))
  const parts = new Map<number, string>()
  for (const name of ['tracker', 'web', 'worker', ...settings.storages.map((storage) => storage.name)]) {
    parts.set(cluster.member(name).pid ?? 0, name)
  }
  const partOf = (pid: number) => parts.get(pid) ?? null
  return { url, trackers: settings.trackers, storages, keys, partOf, close }
}
