import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { publint } from 'publint'
import { expect, it } from 'vitest'

// The package as others install it: `npm run package:core`.

const top = path.resolve(import.meta.dirname, '../../..')

it('has nothing that publint finds wrong, runs in plain Node.js, and brings its types', async () => {
  const made = execFileSync(process.execPath, ['scripts/package-core.mjs'], { cwd: top, encoding: 'utf8' }).trim()
  const pkgDir = path.join(top, made)
  const { messages } = await publint({ pkgDir, pack: false, strict: true })
  expect(messages).toEqual([])

  const folder = mkdtempSync(path.join(tmpdir(), 'cairn-package-'))
  try {
    mkdirSync(path.join(folder, 'node_modules/@cairn'), { recursive: true })
    symlinkSync(pkgDir, path.join(folder, 'node_modules/@cairn/dfs-core'))
    symlinkSync(path.join(top, 'node_modules/@types'), path.join(folder, 'node_modules/@types'))
    const program = `import { DfsClient, Status } from '@cairn/dfs-core'
import { createCommandServer } from '@cairn/dfs-core/server'
import { parseConf } from '@cairn/dfs-core/conf'
import { createMasterKeys } from '@cairn/dfs-core/tickets'
console.log([DfsClient, createCommandServer, parseConf, createMasterKeys].map((door) => typeof door).join(), Status.ENOENT)
`
    writeFileSync(path.join(folder, 'use.mjs'), program)
    expect(execFileSync(process.execPath, ['use.mjs'], { cwd: folder, encoding: 'utf8' }).trim()).toBe(
      'function,function,function,function 2',
    )
    writeFileSync(path.join(folder, 'use.mts'), `${program}const wrong: string = Status.ENOENT\nexport { wrong }\n`)
    const settings = ['--noEmit', '--strict', '--module', 'nodenext', '--types', 'node', 'use.mts']
    const check = () =>
      execFileSync(path.join(top, 'node_modules/.bin/tsc'), settings, { cwd: folder, encoding: 'utf8' })
    let found = ''
    try {
      check()
    } catch (error) {
      found = String((error as { stdout?: unknown }).stdout)
    }
    // The one mistake is found, so the types are there; and nothing else is wrong with them.
    expect(found.trim().split('\n')).toEqual([expect.stringMatching(/^use\.mts\(\d+,7\): error TS2322/)])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
