import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'

const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"

/** Bundles child-storage.ts as the daemon is bundled, its thread beside it. Returns its path; the folder is the caller's to remove. */
export async function bundleChild(): Promise<{ folder: string; path: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-child-'))
  const path = join(folder, 'child-storage.mjs')
  const bundle = (entry: string, outfile: string) =>
    build({
      entryPoints: [join(import.meta.dirname, entry)],
      outfile,
      bundle: true,
      platform: 'node',
      target: 'node20.19',
      format: 'esm',
      logLevel: 'warning',
      banner: { js: REQUIRE },
      external: ['esbuild'],
    })
  await Promise.all([
    bundle('child-storage.ts', path),
    bundle('../../src/workers/carrier-worker.mjs', join(folder, 'carrier-worker.mjs')),
  ])
  copyFileSync(join(import.meta.dirname, '../../src/parts/hash-worker.mjs'), join(folder, 'hash-worker.mjs'))
  return { folder, path }
}

export interface ChildStorage {
  port: number
  process: ChildProcess
  /** Resolves when the process is gone. */
  gone: Promise<unknown>
  kill(): Promise<void>
  /** Bytes of memory in use; `collected`: without garbage. */
  rss(kind?: 'collected'): Promise<number>
}

/** Starts a storage process and waits until it serves. */
export async function startChild(
  path: string,
  folder: string,
  deadlyStep = '',
  durability = 'group',
): Promise<ChildStorage> {
  const child = fork(path, [folder, deadlyStep, durability], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: ['--expose-gc'],
  })
  const gone = once(child, 'exit')
  const early = gone.then(() => Promise.reject(new Error('the storage ended before it served')))
  const [message] = (await Promise.race([once(child, 'message'), early])) as [{ port: number }]
  return {
    port: message.port,
    process: child,
    gone,
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
    async rss(kind) {
      child.send(kind ?? 'rss')
      const [answer] = (await once(child, 'message')) as [{ rss: number }]
      return answer.rss
    },
  }
}
