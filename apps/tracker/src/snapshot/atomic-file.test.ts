import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { appendAt } from './atomic-file.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-append-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const path = () => join(folder, 'changelog')

it('what an append that failed has left is overwritten, however long it is', async () => {
  await appendAt(path(), 0, 'first line\n')
  writeFileSync(path(), 'half of a line, and more', { flag: 'a' })
  await appendAt(path(), 11, 'next\n')
  expect(readFileSync(path(), 'latin1')).toBe('first line\nnext\n')
})

it('an append of which the disk takes a part has failed', async () => {
  const script = `
    const { appendAt } = await import(${JSON.stringify(new URL('./atomic-file.ts', import.meta.url).href)})
    await appendAt(${JSON.stringify(path())}, 0, 'a line\\n'.repeat(1000)).then(
      () => console.log('written'),
      (error) => console.log(error.code),
    )`
  // No file may have more than some blocks: write(2) takes what fits, and only the next one fails.
  const limited = `trap '' XFSZ; ulimit -f 4; exec "$0" --import tsx --input-type=module --eval "$1"`
  const { stdout } = await promisify(execFile)('sh', ['-c', limited, process.execPath, script], {
    cwd: new URL('.', import.meta.url),
    env: { ...process.env, TSX_DISABLE_CACHE: '1' },
  })
  expect(stdout).toBe('EFBIG\n')
})
