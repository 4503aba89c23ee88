// The quick checks: style, types, import directions, dead code, and what no ready-made tool looks at.
import fs from 'node:fs'
import path from 'node:path'
import { runQuietly } from './quiet-run.mjs'
import { bin, root } from './run.mjs'

// The tree has more modules than this; a tool that suddenly sees fewer is not looking.
const MODULES_MIN = 100

const node = (script, ...args) => runQuietly(process.execPath, [path.join(root, script), ...args])

function packageFolders() {
  const workspace = ['packages', 'apps'].flatMap((parent) =>
    fs.readdirSync(path.join(root, parent)).map((name) => `${parent}/${name}`),
  )
  return [...workspace, 'scripts', 'e2e', 'bench'].filter((dir) => fs.existsSync(path.join(root, dir, 'tsconfig.json')))
}

async function types() {
  const web = path.join(root, 'apps/web')
  await runQuietly(process.execPath, [path.join(web, 'node_modules/next/dist/bin/next'), 'typegen'], { cwd: web })
  const failures = []
  for (const dir of packageFolders()) {
    const project = path.join(root, dir, 'tsconfig.json')
    await node('node_modules/typescript/bin/tsc', '-p', project, '--noEmit').catch((error) => failures.push(error))
  }
  if (failures.length > 0) throw new AggregateError(failures, failures.map((error) => error.message).join('\n'))
}

async function importDirections() {
  const output = await runQuietly(bin('depcruise'), [
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'err',
    'apps',
    'packages',
    'scripts',
    'e2e',
    'bench',
  ])
  const modules = Number(/\((\d+) modules/.exec(output)?.[1] ?? 0)
  if (modules < MODULES_MIN) throw new Error(`dependency-cruiser saw only ${modules} modules:\n${output}`)
  return `${modules} modules`
}

/** Name and work of each check, in the order of their speed. Work throws, with what is wrong in the message. */
const checks = [
  { name: 'tidy', work: async () => (await import('./tidy.mjs')).tidy() },
  {
    name: 'biome',
    work: async () => void (await runQuietly(bin('biome'), ['ci', '--colors=off', '--error-on-warnings', '.'])),
  },
  { name: 'types', work: types },
  { name: 'import directions', work: importDirections },
  { name: 'dead code', work: async () => void (await runQuietly(bin('knip'), ['--no-progress'])) },
]

/** Runs all checks and prints one line for each. Returns the names of those that failed. */
export async function runChecks() {
  const failed = []
  for (const { name, work } of checks) {
    try {
      const detail = await work()
      console.log(`  ✓ ${name}${typeof detail === 'string' ? ` (${detail})` : ''}`)
    } catch (error) {
      failed.push(name)
      console.error(`  ✗ ${name}\n${error.message}\n`)
    }
  }
  return failed
}
