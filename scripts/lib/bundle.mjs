// esbuild turns our TypeScript into files that Node.js 20 runs.
import path from 'node:path'
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

/** apps/<name>/dist/main.js with everything inside. */
export async function bundleDaemon(name) {
  await build({ ...shared, entryPoints: [`apps/${name}/src/main.ts`], outfile: `apps/${name}/dist/main.js` })
}

/** The client and the tickets of dfs-core, for these scripts and the browser tests. */
export async function bundleCore() {
  await build({
    ...shared,
    entryPoints: { client: 'packages/dfs-core/src/index.ts', tickets: 'packages/dfs-core/src/tickets/index.ts' },
    outdir: 'packages/dfs-core/dist',
  })
}

// Packages stay outside (some hold native or wasm files); the workspace's own are TypeScript and go in.
const onlyWorkspaceInside = {
  name: 'only-workspace-inside',
  setup(setup) {
    setup.onResolve({ filter: /^[^./]/ }, ({ path: name, kind }) => {
      if (kind === 'entry-point' || name.startsWith('@cairn/') || name.startsWith('@/')) return undefined
      // Next's guard against server code in the browser; there is no browser here.
      if (name === 'server-only') return { path: name, namespace: 'empty' }
      return { external: true }
    })
    setup.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: '' }))
  },
}

/** apps/web/dist/worker.js, which finds its packages in apps/web/node_modules. */
export async function bundleWorker() {
  await build({
    ...shared,
    entryPoints: ['apps/web/src/worker.ts'],
    outfile: 'apps/web/dist/worker.js',
    tsconfig: path.join(root, 'apps/web/tsconfig.json'),
    plugins: [onlyWorkspaceInside],
  })
}
