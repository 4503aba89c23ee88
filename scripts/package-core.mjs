// `npm run package:core`: packages/dfs-core/dist/package, the client as programs outside this workspace install it: plain
// ES modules with types. `npm pack` in that folder makes the archive.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { bin, root } from './lib/run.mjs'

const core = path.join(root, 'packages/dfs-core')
const folder = path.join(core, 'dist/package')

fs.rmSync(folder, { recursive: true, force: true })
execFileSync(bin('tsc'), ['-p', path.join(core, 'tsconfig.package.json')], { stdio: 'inherit' })
// The compiler gives the modules their new endings, but leaves those in the declarations (TypeScript 7.0).
for (const file of fs.readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.d.ts'))) {
  const text = fs.readFileSync(path.join(folder, file), 'utf8')
  fs.writeFileSync(path.join(folder, file), text.replace(/((?:from|import\()\s*['"]\.[^'"]*)\.ts(['"])/g, '$1.js$2'))
}
const { name, version, exports } = JSON.parse(fs.readFileSync(path.join(core, 'package.json'), 'utf8'))
const doors = Object.entries(exports).map(([door, source]) => {
  const file = source.replace(/^\.\/src\//, './lib/').replace(/\.ts$/, '')
  return [door, { types: `${file}.d.ts`, default: `${file}.js` }]
})
const manifest = {
  name,
  version,
  description:
    'A client of FastDFS and Cairn clusters: uploads, downloads, appenders, slaves, metadata and administration.',
  type: 'module',
  sideEffects: false,
  engines: { node: '>=20.19' },
  exports: Object.fromEntries(doors),
  files: ['lib'],
}
fs.writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
fs.copyFileSync(path.join(core, 'README.md'), path.join(folder, 'README.md'))
console.log(path.relative(root, folder))
