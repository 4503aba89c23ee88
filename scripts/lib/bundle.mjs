// esbuild turns our TypeScript into files that Node.js 20 runs.
import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { root } from './run.mjs'

// Bundled CommonJS packages call require(), which an ES module does not have.
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  sourcemap: 'linked',
  logLevel: 'warning',
  banner: { js: REQUIRE },
}

/** Files that a daemon loads as threads: they stay files of their own, beside main.js. */
function threadsOf(name) {
  const src = `apps/${name}/src`
  const files = fs.readdirSync(path.join(root, src), { recursive: true })
  return files.filter((file) => file.endsWith('-worker.mjs')).map((file) => path.join(src, file))
}

/** apps/<name>/dist/main.js with everything inside, but for its threads. */
export async function bundleDaemon(name) {
  const dist = `apps/${name}/dist`
  const threads = threadsOf(name).map((file) => ({ entryPoints: [file], outfile: `${dist}/${path.basename(file)}` }))
  const main = { entryPoints: [`apps/${name}/src/main.ts`], outfile: `${dist}/main.js` }
  await Promise.all([main, ...threads].map((files) => build({ ...shared, ...files })))
}

/** The client and the tickets of dfs-core, for these scripts and the browser tests. */
export async function bundleCore() {
  await build({
    ...shared,
    entryPoints: { client: 'packages/dfs-core/src/index.ts', tickets: 'packages/dfs-core/src/tickets/index.ts' },
    outdir: 'packages/dfs-core/dist',
  })
}

/** `cairn` and the fdfs_* tools: packages/dfs-cli/dist/cli.js, and a program of each name in dist/bin that only calls it. */
export async function bundleTools() {
  const dist = path.join(root, 'packages/dfs-cli/dist')
  await build({ ...shared, entryPoints: ['packages/dfs-cli/src/main.ts'], outfile: path.join(dist, 'cli.js') })
  const { programNames } = await import(pathToFileURL(path.join(dist, 'cli.js')).href)
  fs.rmSync(path.join(dist, 'bin'), { recursive: true, force: true })
  fs.mkdirSync(path.join(dist, 'bin'))
  for (const name of programNames) {
    const program = `#!/usr/bin/env node\nimport { main } from '../cli.js'\nawait main('${name}', process.argv.slice(2))\n`
    fs.writeFileSync(path.join(dist, 'bin', name), program, { mode: 0o755 })
  }
}

// Packages stay outside (some hold native or wasm files); the workspace's own are TypeScript and go in.
const onlyWorkspaceInside = {
  name: 'only-workspace-inside',
  setup(setup) {
    setup.onResolve({ filter: /^[^./]/ }, ({ path: name, kind, resolveDir }) => {
      if (kind === 'entry-point' || name.startsWith('@cairn/') || name.startsWith('@/')) return undefined
      // What a package of the workspace needs is not found from apps/web: it goes in with it.
      return resolveDir.startsWith(path.join(root, 'apps/web/src')) ? { external: true } : undefined
    })
  },
}

/** apps/web/dist/worker.js and gateway.js, and beside them what the worker runs as processes; they find their packages in apps/web/node_modules. */
export async function bundleWorker() {
  await build({
    ...shared,
    entryPoints: [
      { in: 'apps/web/src/worker.ts', out: 'worker' },
      { in: 'apps/web/src/gateway.ts', out: 'gateway' },
      { in: 'apps/web/src/worker/thumbnail-maker.js', out: 'thumbnail-maker' },
    ],
    outdir: 'apps/web/dist',
    tsconfig: path.join(root, 'apps/web/tsconfig.json'),
    plugins: [onlyWorkspaceInside],
  })
}
