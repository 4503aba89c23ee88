import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { expect, inject, it } from 'vitest'
import { prismaEnv, root } from '../../../scripts/lib/run.mjs'

it('schema.prisma says what the migrations make', () => {
  const cli = path.join(root, 'node_modules/prisma/build/index.js')
  const diff = ['migrate', 'diff', '--from-migrations', 'prisma/migrations', '--to-schema', 'prisma/schema.prisma']
  const env = { ...process.env, ...prismaEnv, DATABASE_URL: inject('templateUrl') }
  const result = spawnSync(process.execPath, [cli, ...diff, '--exit-code'], { cwd: root, env, encoding: 'utf8' })
  // 2 would mean that there is a difference.
  expect(result.status, result.stdout + result.stderr).toBe(0)
})
