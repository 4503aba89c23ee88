// `npm run bench`: the daemons under load, cell by cell, in turn with what this machine does without any server, beside
// figures of FastDFS. `--minutes 3` and more; `--size "4 KB"`, `--connections 8`, `--folder`, `--json file`, `--client program`.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type BenchCluster, startBenchCluster } from './bench-cluster.ts'
import { type DaemonCosts, measureCosts, residentMb } from './daemon-costs.ts'
import { FIGURE_CONNECTIONS } from './fastdfs-figures.ts'
import { benchHttp, type HttpRow } from './http-rows.ts'
import { ownClient } from './load-client.ts'
import { type Row, runMatrix } from './matrix.ts'
import { medianRows } from './medians.ts'
import { outsideClient } from './outside-client.ts'
import { SIZES } from './sizes.ts'
import { costLines, httpRow, httpTitles, matrixRow, matrixTitles } from './table.ts'

const GIB = 1024 ** 3
/** From so many minutes on, every cell is measured three times and 100 MB at 32 and 64 connections, too. */
const LONG_MINUTES = 15
const HTTP_CONNECTIONS = 8
const IDLE_CONNECTIONS = 1000

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    folder: { type: 'string', default: os.tmpdir() },
    size: { type: 'string', multiple: true },
    connections: { type: 'string', multiple: true },
    json: { type: 'string' },
    client: { type: 'string' },
  },
})
const minutes = Number(values.minutes)
if (!(minutes > 0)) throw new Error(`--minutes wants a positive number, not "${values.minutes}"`)
const sizes = values.size ? SIZES.filter(({ name }) => values.size?.includes(name)) : SIZES
if (sizes.length === 0) throw new Error(`--size is one of: ${SIZES.map(({ name }) => `"${name}"`).join(', ')}`)
const connections = (values.connections ?? FIGURE_CONNECTIONS.map(String)).map(Number)
if (connections.some((count) => !(count >= 1 && count <= 1000))) throw new Error('--connections is 1 to 1000')

const client = values.client === undefined ? ownClient : outsideClient(values.client)
const isLong = minutes >= LONG_MINUTES
const rounds = isLong ? 3 : 1
/** Machine, async and group upload and delete; machine and async download; two tracker queries; two rows over HTTP. */
const measurements = rounds * connections.length * (8 * sizes.length + 2) + 2 * sizes.length
const seconds = (60 * minutes) / measurements
const bytesMax = isLong ? 7 * GIB : GIB

const folder = mkdtempSync(path.join(values.folder, 'cairn-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

const machine = `Node.js ${process.version}, ${os.cpus().length} cores (${os.cpus()[0]?.model ?? 'unknown'}), ${os.type()} ${os.release()}`
process.stdout.write(`${machine}; ${rounds} × ${seconds.toFixed(2)} s a measurement\n\n${matrixTitles()}`)
const rows: Row[] = []
const httpRows: HttpRow[] = []
let costs: DaemonCosts | null = null
let storageMbAfterLoad: number | null = null
for (let round = 0; round < rounds; round += 1) await runRound(round)
if (rounds > 1)
  process.stdout.write(`\nmedians of ${rounds} rounds\n${matrixTitles()}${medianRows(rows).map(matrixRow).join('')}`)
if (values.json !== undefined) {
  const figures = { machine, rounds, seconds, rows: medianRows(rows), http: httpRows, costs, storageMbAfterLoad }
  writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`)
}

/** New folders in every round: old ones slow down. */
async function runRound(round: number): Promise<void> {
  const place = path.join(folder, String(round))
  const plain = await startBenchCluster(path.join(place, 'async'))
  const group = await startBenchCluster(path.join(place, 'group'), 'group')
  try {
    const onRow = (row: Row) => {
      rows.push(row)
      process.stdout.write(matrixRow(row))
    }
    const isLast = round === rounds - 1
    const beforeDeletions = async () => {
      if (isLast) await runHttp(plain)
    }
    await runMatrix({
      folder: place,
      async: plain,
      group,
      client,
      sizes,
      connections,
      seconds,
      bytesMax,
      onRow,
      beforeDeletions,
    })
    if (isLast) await finish(plain)
  } finally {
    await Promise.all([plain.close(), group.close()])
    rmSync(place, { recursive: true, force: true })
  }
}

async function runHttp(cluster: BenchCluster): Promise<void> {
  for (const size of sizes) {
    httpRows.push(await benchHttp(cluster, { size, connections: HTTP_CONNECTIONS, seconds, bytesMax: GIB }))
  }
}

async function finish(cluster: BenchCluster): Promise<void> {
  storageMbAfterLoad = residentMb(cluster.pids().storage)
  process.stdout.write(`\n${httpTitles()}${httpRows.map(httpRow).join('')}`)
  costs = await measureCosts(cluster, IDLE_CONNECTIONS)
  const loaded = storageMbAfterLoad === null ? 'unknown' : `${storageMbAfterLoad.toFixed(0)} MB`
  process.stdout.write(`\n${costLines(costs)}memory of the storage after the load: ${loaded}\n`)
}
