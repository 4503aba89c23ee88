import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

let built: Promise<URL> | null = null

/** The thread of carriers.ts as it is shipped: beside a bundle, or made once for a file of tests. */
export function carrierProgram(): Promise<URL> {
  built ??= bundle()
  return built
}

async function bundle(): Promise<URL> {
  const beside = new URL('./carrier-worker.mjs', import.meta.url)
  if (existsSync(beside)) return beside
  // A bundle has no packages.
  const { build } = await import('esbuild')
  const folder = mkdtempSync(join(tmpdir(), 'cairn-carrier-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const outfile = join(folder, 'carrier-worker.mjs')
  const entry = join(import.meta.dirname, '../../src/workers/carrier-worker.mjs')
  const target = { platform: 'node', target: 'node20.19', format: 'esm', logLevel: 'warning' } as const
  await build({ entryPoints: [entry], outfile, bundle: true, ...target })
  return pathToFileURL(outfile)
}
