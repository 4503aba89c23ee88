import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Speed } from './lane.ts'
import type { Load, LoadClient } from './load-client.ts'

/** What the program prints, as far as it is used here; times are microseconds. */
interface Report {
  readonly ops: number
  readonly errors: number
  readonly io_errors: number
  readonly ops_s: number
  readonly lat_us: { readonly p50: number; readonly p99: number }
  readonly client_cpu_s: number
}

/**
 * Asks by `fdfs-load`, a program in C, with which the figures of FastDFS were made: one blocking thread for each
 * connection. It costs less than a client in JavaScript, and what it costs tells how fast a machine is.
 */
export function outsideClient(program: string): LoadClient {
  const run = async (mode: string, load: Load, more: readonly string[]): Promise<Speed> => {
    const { host, port, connections, seconds } = load
    const server = mode === 'query' ? '-t' : '-s'
    const args = [mode, server, `${host}:${port}`, '-c', String(connections), '-d', String(seconds), ...more]
    const { stdout } = await promisify(execFile)(program, args)
    const report = JSON.parse(stdout) as Report
    if (report.errors + report.io_errors > 0) throw new Error(`${mode} over ${connections} connections: ${stdout}`)
    return {
      operations: report.ops,
      perSecond: report.ops_s,
      p50Ms: report.lat_us.p50 / 1000,
      p99Ms: report.lat_us.p99 / 1000,
      clientCpuUs: (report.client_cpu_s / report.ops) * 1e6,
    }
  }
  const withIds = (mode: string, load: Load & { readonly ids: readonly string[] }) =>
    inFolder((folder) => {
      const file = path.join(folder, 'ids')
      writeFileSync(file, `${load.ids.join('\n')}\n`)
      return run(mode, load, ['-i', file])
    })
  return {
    upload: (load) =>
      inFolder(async (folder) => {
        const file = path.join(folder, 'ids')
        const { size, operationsMax } = load
        const speed = await run('upload', load, ['-z', String(size), '-n', String(operationsMax), '-o', file])
        return { speed, ids: readFileSync(file, 'latin1').trim().split('\n') }
      }),
    download: (load) => withIds('download', load),
    remove: (load) => withIds('delete', load),
    query: (load) => run('query', load, []),
  }
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-load-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
