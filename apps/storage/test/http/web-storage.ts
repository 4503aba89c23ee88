import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import {
  createMasterKeys,
  type DownloadTicket,
  formatKeyFile,
  openMasterKeys,
  type Receipt,
  type ServiceOp,
  sign,
  type UploadTicket,
  verify,
} from '@cairn/dfs-core/tickets'
import pino from 'pino'
import { ClusterState } from '../../src/cluster/cluster-state.ts'
import { type StorageHttpConfig, storageConfigDefaults } from '../../src/config.ts'
import { allocateLanes } from '../../src/disk/disk-lanes.ts'
import { FileStore, type StoreIdentity } from '../../src/disk/file-store.ts'
import type { Durability } from '../../src/disk/group-sync.ts'
import { openLogWriter } from '../../src/disk/log-writer.ts'
import { loadStatFile } from '../../src/disk/stat-file.ts'
import { openStorePath } from '../../src/disk/store-path.ts'
import { createDirectoryCursor } from '../../src/engine/allocate.ts'
import { createReceivedTimes } from '../../src/engine/received.ts'
import { createSentRates } from '../../src/engine/sent-rate.ts'
import { KeysFile } from '../../src/http/keys-file.ts'
import { createStorageMetrics } from '../../src/http/metrics.ts'
import { type RunningHttpServer, startHttpServer } from '../../src/http/server.ts'
import type { FindAtSource } from '../../src/http/source-files.ts'
import { DiskPartStore } from '../../src/parts/disk-part-store.ts'
import type { FinishStep } from '../../src/parts/part-link.ts'
import type { StartShipping } from '../../src/parts/shipping.ts'
import { createStorageReport } from '../../src/storage-report.ts'
import { Carriers } from '../../src/workers/carriers.ts'
import { carrierProgram } from './carrier-program.ts'

export const GROUP = 'group1'
export const MEMBER = '100001'
export const WEB_ORIGIN = 'http://127.0.0.1:3000'

export interface WebStorageOptions {
  folder: string
  durability?: Durability
  http?: Partial<StorageHttpConfig>
  reserve?: StoreIdentity['reserve']
  uploadSizeMax?: number
  findAtSource?: FindAtSource
  sourceHost?: string
  step?(step: FinishStep): void
  startShipping?: StartShipping
  /** Log lines as text. */
  onLog?(line: string): void
}

export interface WebStorage {
  http: RunningHttpServer
  carriers: Carriers
  parts: DiskPartStore
  store: FileStore
  url: string
  close(): Promise<void>
}

/** The disk, the parts and the HTTP server of one storage, without its FastDFS side. Its folder holds keys, store path and binlog. */
export async function startWebStorage(options: WebStorageOptions): Promise<WebStorage> {
  const { folder, durability = 'group' } = options
  const root = join(folder, 'path0')
  mkdirSync(root, { recursive: true })
  const stream = new Writable({
    write: (line, _encoding, done) => done(void (options.onLog ?? testLog)?.(String(line))),
  })
  const logger = pino({ level: 'debug' }, stream)
  const log = openLogWriter({ folder: join(folder, 'data', 'sync') })
  const store = new FileStore({
    identity: {
      group: GROUP,
      storageId: MEMBER,
      source: { kind: 'id', id: Number(MEMBER) },
      reserve: options.reserve ?? { kind: 'bytes', bytes: 1024 * 1024 },
      pathOrder: 'round-robin',
    },
    storePaths: [openStorePath(0, root, false)],
    log,
    cursor: createDirectoryCursor({ high: 0, low: 0, count: 0 }, 256, 100),
    subdirCount: 256,
  })
  const warn = (message: string, error?: unknown) => logger.warn({ err: error }, message)
  const parts = await DiskPartStore.open({
    store,
    durability,
    report: warn,
    ...(options.step && { step: options.step }),
    ...(options.startShipping && { startShipping: options.startShipping }),
  })
  void parts.finishComplete()
  const keysFile = join(folder, 'keys.json')
  const config: StorageHttpConfig = {
    ...storageConfigDefaults.http,
    bindAddress: '127.0.0.1',
    port: 0,
    keysFile,
    webOrigins: [WEB_ORIGIN],
    tusDurability: durability,
    threads: Number(process.env['CAIRN_TEST_HTTP_THREADS'] ?? 0),
    ...options.http,
  }
  const keys = existsSync(keysFile) ? new KeysFile(keysFile, logger) : null
  const report = createStorageReport({
    version: '0.1.0',
    store,
    state: new ClusterState(MEMBER),
    received: createReceivedTimes(),
    sent: createSentRates(),
    peers: () => [],
    scrub: () => null,
    now: () => Math.floor(Date.now() / 1000),
  })
  const metrics = createStorageMetrics()
  const { counters } = loadStatFile(join(folder, 'base'))
  const http = await startHttpServer({
    config,
    uploadSizeMax: options.uploadSizeMax ?? 0,
    maxConnections: 256,
    store,
    parts,
    keys,
    logger,
    findAtSource: options.findAtSource ?? (() => Promise.resolve(null)),
    isDeleted: () => false,
    elsewhere: () => (options.sourceHost === undefined ? null : { host: options.sourceHost, isHelper: false }),
    onDownload: () => undefined,
    status: () => report(parts.openCount),
    settleAside: () => [],
    beginCheck: () => false,
    metrics,
    counters,
    tcpConnections: () => 0,
  })
  const carriers = await Carriers.start({
    ...{ server: http, logger },
    ...(config.threads > 0 && { program: await carrierProgram() }),
    lanes: allocateLanes(1, 1 + config.threads),
    count: config.threads,
    firstThread: 1,
  })
  return {
    http,
    carriers,
    parts,
    store,
    url: `http://127.0.0.1:${http.port}`,
    async close() {
      await carriers.stopAccepting()
      await http.close()
      await carriers.close()
      await parts.close()
      keys?.close()
      metrics.close()
      await log.close()
    },
  }
}

/** What a web server knows: it signs tickets and reads receipts. */
export interface WebKeys {
  upload(ticket: Partial<UploadTicket> & { upl: string; len: number }): string
  download(ticket: Partial<DownloadTicket> & { fid: string; sz: number }): string
  service(op: ServiceOp, body: string, fields?: { mem?: string; exp?: number }): string
  receipt(token: string): Receipt
}

/** The web server's keys are in `folder`, where they are made once; those of the storage `member` are written to `keys.json` in its own. */
export function createWebKeys(folder: string, member = MEMBER, memberFolder = folder): WebKeys {
  const path = join(folder, 'master.json')
  if (!existsSync(path)) writeFileSync(path, formatKeyFile(createMasterKeys()))
  const master = openMasterKeys(readFileSync(path, 'utf8'))
  writeFileSync(join(memberFolder, 'keys.json'), formatKeyFile(master.exportStorageKeys(GROUP, member)), {
    mode: 0o600,
  })
  const now = () => Math.floor(Date.now() / 1000)
  return {
    upload: (ticket) =>
      sign(
        {
          typ: 'up',
          grp: GROUP,
          mem: MEMBER,
          ep: 1,
          ext: 'bin',
          own: 'owner1',
          ent: 'entry1',
          ops: ['create', 'write', 'head', 'end'],
          iat: now(),
          exp: now() + 3600,
          ...ticket,
        },
        master.ticketRing(GROUP),
      ),
    download: (ticket) =>
      sign(
        {
          typ: 'dl',
          ct: 'application/octet-stream',
          cd: 'a',
          fn: 'file.bin',
          pol: 'normal',
          exp: now() + 3600,
          ...ticket,
        },
        master.ticketRing(GROUP),
      ),
    service: (op, body, fields = {}) =>
      sign(
        {
          typ: 'sv',
          grp: GROUP,
          mem: member,
          op,
          arg: '',
          bodySha256: createHash('sha256').update(body).digest('hex'),
          exp: now() + 60,
          ...fields,
        },
        master.serviceRing(GROUP, member),
      ),
    receipt: (token) => verify(token, 'receipt', master.receiptRing(GROUP, member), now()),
  }
}

export function newUploadId(): string {
  return randomBytes(16).toString('hex')
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'cairn-http-'))
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}

/** All files below the store path but the ledger, relative to its data folder: what a refused request must not have left. */
export function storedFiles(folder: string): string[] {
  const data = join(folder, 'path0', 'data')
  return readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'uploads.log')
    .map((entry) => join(entry.parentPath, entry.name).slice(data.length + 1))
    .sort()
}

/** The lines of the binlog, without their times. */
export function binlogLines(folder: string): string[] {
  const text = readFileSync(join(folder, 'data', 'sync', 'binlog.000'), 'latin1')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.slice(line.indexOf(' ') + 1))
}

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** `CAIRN_TEST_LOG=1` shows what the storages of the tests log. */
const testLog = process.env['CAIRN_TEST_LOG'] === '1' ? (line: string) => process.stderr.write(line) : undefined
