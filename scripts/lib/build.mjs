// Builds what runs, each part only when its sources changed.
import fs from 'node:fs'
import path from 'node:path'
import { fingerprint, isCurrent, writeStamp } from './fingerprint.mjs'
import { runQuietly } from './quiet-run.mjs'
import { prismaEnv, root } from './run.mjs'

const WEB = 'apps/web'
const STANDALONE = `${WEB}/.next/standalone/${WEB}`
const TOOLS = ['pnpm-lock.yaml', 'scripts/lib/build.mjs', 'scripts/lib/bundle.mjs', 'tsconfig.base.json']
const PACKAGES = ['packages/dfs-core/src', 'packages/dfs-http/src', 'packages/dfs-tus/src']

async function buildDaemons() {
  // Imported here because esbuild is not there before the install.
  const { bundleCore, bundleDaemon } = await import('./bundle.mjs')
  await Promise.all([bundleCore(), bundleDaemon('tracker'), bundleDaemon('storage')])
}

async function generatePrismaClient() {
  await runQuietly(process.execPath, [path.join(root, 'node_modules/prisma/build/index.js'), 'generate'], {
    env: prismaEnv,
  })
}

/** Next leaves static files and public/ out of its standalone folder. */
function completeStandalone() {
  const copies = [
    [`${WEB}/.next/static`, `${STANDALONE}/.next/static`],
    [`${WEB}/public`, `${STANDALONE}/public`],
    // Tables of Chinese, Japanese and Korean characters that PDFs refer to.
    [`${WEB}/node_modules/pdfjs-dist/cmaps`, `${STANDALONE}/public/pdf/cmaps`],
  ]
  for (const [from, to] of copies) {
    if (!fs.existsSync(path.join(root, from))) continue
    fs.rmSync(path.join(root, to), { recursive: true, force: true })
    fs.cpSync(path.join(root, from), path.join(root, to), { recursive: true })
  }
}

async function buildWeb() {
  const { bundleWorker } = await import('./bundle.mjs')
  const next = path.join(root, WEB, 'node_modules/next/dist/bin/next')
  await runQuietly(process.execPath, [next, 'build'], {
    cwd: path.join(root, WEB),
    env: { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
  })
  completeStandalone()
  await bundleWorker()
}

async function buildTools() {
  const { bundleTools } = await import('./bundle.mjs')
  await bundleTools()
}

const parts = [
  {
    name: 'daemons',
    sources: ['apps/tracker/src', 'apps/storage/src', ...PACKAGES],
    outputs: ['apps/tracker/dist/main.js', 'apps/storage/dist/main.js', 'packages/dfs-core/dist/client.js'],
    stamp: 'packages/dfs-core/dist/.stamp',
    build: buildDaemons,
  },
  {
    name: 'tools',
    sources: ['packages/dfs-cli/src', 'packages/dfs-core/src'],
    outputs: ['packages/dfs-cli/dist/cli.js', 'packages/dfs-cli/dist/bin/cairn'],
    stamp: 'packages/dfs-cli/dist/.stamp',
    build: buildTools,
  },
  {
    name: 'database client',
    sources: ['prisma/schema.prisma', 'prisma.config.ts'],
    outputs: [`${WEB}/src/generated/prisma/client.ts`],
    stamp: `${WEB}/src/generated/.stamp`,
    build: generatePrismaClient,
  },
  {
    name: 'web',
    sources: [WEB, 'prisma/schema.prisma', ...PACKAGES],
    outputs: [`${STANDALONE}/server.js`, `${WEB}/dist/worker.js`, `${WEB}/dist/gateway.js`],
    stamp: `${WEB}/.next/cairn-stamp`,
    build: buildWeb,
  },
]

async function ensurePart(part) {
  const print = fingerprint([...part.sources, ...TOOLS])
  if (isCurrent(part.stamp, print, part.outputs)) return false
  fs.rmSync(path.join(root, part.stamp), { force: true })
  await part.build()
  writeStamp(part.stamp, print)
  return true
}

/** Builds the parts whose sources changed (all, or those named in `only`). Returns the names of those that were built. */
export async function ensureBuilt(only = parts.map(({ name }) => name)) {
  const built = []
  for (const part of parts.filter(({ name }) => only.includes(name))) {
    if (await ensurePart(part)) built.push(part.name)
  }
  return built
}
