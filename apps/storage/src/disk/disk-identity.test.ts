import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { diskIdentities } from './disk-identity.ts'

const deviceOf = (path: string) => statSync(path).dev

it('folders of one file system have one identity, which tells nothing of the machine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-disk-'))
  mkdirSync(join(folder, 'below'))
  const [one, below, missing] = diskIdentities([deviceOf(folder), deviceOf(join(folder, 'below')), null])
  expect(one).toMatch(/^[0-9a-f]{16}$/)
  expect(below).toBe(one)
  expect(missing).toBe(null)
  rmSync(folder, { recursive: true })
})

it.runIf(process.platform === 'linux')('another file system has another one', () => {
  const [proc, temporary] = diskIdentities([deviceOf('/proc'), deviceOf(tmpdir())])
  expect(proc).not.toBe(temporary)
})
