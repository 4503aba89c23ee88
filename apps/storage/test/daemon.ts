import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'esbuild'

const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"

/** The daemon as it is shipped: one bundle, started with a configuration file. */
export interface DaemonBundle {
  readonly path: string
  remove(): void
}

/** `program`: another one than the daemon's, which starts a storage too. */
export async function bundleDaemon(program = 'src/main.ts'): Promise<DaemonBundle> {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-daemon-'))
  const path = join(folder, 'main.mjs')
  const app = join(import.meta.dirname, '..')
  const bundle = (entry: string, outfile: string) =>
    build({
      entryPoints: [join(app, entry)],
      outfile,
      bundle: true,
      platform: 'node',
      target: 'node20.19',
      format: 'esm',
      logLevel: 'warning',
      banner: { js: REQUIRE },
    })
  await Promise.all([
    bundle(program, path),
    bundle('src/workers/request-worker.mjs', join(folder, 'request-worker.mjs')),
    bundle('src/workers/carrier-worker.mjs', join(folder, 'carrier-worker.mjs')),
    bundle('src/parts/hash-worker.mjs', join(folder, 'hash-worker.mjs')),
  ])
  return { path, remove: () => rmSync(folder, { recursive: true }) }
}

export interface Daemon {
  readonly process: ChildProcess
  readonly tcpPort: number
  /** What it wrote to its standard output, line by line. */
  readonly lines: string[]
  /** Resolves with the exit code, null after a signal. */
  readonly gone: Promise<number | null>
}

/** Writes a storage.conf and starts the daemon; resolves when it says that it is ready. `before` is a shell prefix. */
export async function startDaemon(
  bundle: DaemonBundle,
  folder: string,
  keys: Readonly<Record<string, string | number>>,
  before = '',
): Promise<Daemon> {
  mkdirSync(folder, { recursive: true })
  const conf = join(folder, 'storage.conf')
  const all = {
    group_name: 'group1',
    bind_addr: '127.0.0.1',
    base_path: folder,
    http_port: -1,
    http_access: 'open',
    ...keys,
  }
  writeFileSync(
    conf,
    Object.entries(all)
      .map(([key, value]) => `${key} = ${value}\n`)
      .join(''),
  )
  const child = spawn('sh', ['-c', `${before} exec "$0" "$@"`, process.execPath, bundle.path, conf], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  const gone = once(child, 'exit').then(([code]) => code as number | null)
  const tcpPort = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line)
      const { msg, tcpPort: port } = JSON.parse(line) as { msg: string; tcpPort?: number }
      if (msg === 'ready' && port !== undefined) resolve(port)
    })
    void gone.then((code) => reject(new Error(`the storage ended with ${code} before it served:\n${lines.join('\n')}`)))
  })
  return { process: child, tcpPort, lines, gone }
}

export async function kill(daemon: Daemon): Promise<void> {
  if (daemon.process.exitCode !== null || daemon.process.signalCode !== null) return
  daemon.process.kill('SIGKILL')
  await daemon.gone
}
