import path from 'node:path'
import { expect, it } from 'vitest'
import { countPlaywright, countVitest } from '../lib/test-run.mjs'
import { confKeysIn, problemsOf, staleNames } from '../lib/tidy.mjs'

it.each([
  ['apps/web/src/lib/utils.ts', '', 'names no subject'],
  ['apps/web/src/types/x.ts', '', 'names no subject'],
  ['packages/dfs-core/src/pool.ts', '// for now one socket', ':1 "for now"'],
  ['packages/dfs-core/src/pool.ts', 'ok\n// TODO later', ':2 TODO needs an issue'],
  ['packages/dfs-core/src/pool.ts', 'const a = b as unknown as C', 'needs its reason'],
  ['packages/dfs-core/src/pool.test.ts', "vi.mock('./connection.ts')", 'no mock of our own parts'],
  // Put together here, or it would be one itself.
  ['README.md', `see ${['', 'root', 'cairn', 'notes'].join('/')}`, 'a path of one machine'],
])('%s with %j is refused', (name, text, sentence) => {
  expect(problemsOf(name, text).join('\n')).toContain(sentence)
})

it.each([
  ['packages/dfs-core/src/pool.ts', '// TODO(#12): several sockets'],
  ['packages/dfs-core/src/pool.ts', '// Node types no such event.\nconst a = b as unknown as C'],
  ['apps/storage/src/engine/binlog.ts', 'const line = 1\n'],
])('%s with %j passes', (name, text) => {
  expect(problemsOf(name, text)).toEqual([])
})

it('finds the conf keys that a daemon reads', () => {
  expect(confKeysIn(`conf.text('base_path'); conf.bytes("buff_size")\nlog('ready')`)).toEqual([
    'base_path',
    'buff_size',
  ])
})

it('finds files that a document names but that are gone', () => {
  const files = ['apps/storage/src/parts/part.ts', 'apps/web/src/worker.ts']
  expect(staleNames('`parts/part.ts`, `worker.ts`, `art.ts`, `part-store.ts`, part.tsx', files)).toEqual([
    'art.ts',
    'part-store.ts',
  ])
})

it('failed unit tests are listed in a line each, also a file that could not be loaded', () => {
  const report = {
    numPassedTests: 3,
    testResults: [
      {
        name: path.resolve('apps/web/test/x.test.ts'),
        status: 'failed',
        assertionResults: [
          { status: 'passed', fullName: 'a door opens', failureMessages: [] },
          {
            status: 'failed',
            fullName: 'a door closes',
            failureMessages: ['\u001b[31mError: stuck\u001b[39m\n  at x'],
          },
        ],
      },
      {
        name: path.resolve('apps/web/test/y.test.ts'),
        status: 'failed',
        message: 'no such file',
        assertionResults: [],
      },
    ],
  }
  expect(countVitest(report)).toEqual({
    passed: 3,
    failures: ['apps/web/test/x.test.ts › a door closes: Error: stuck', 'apps/web/test/y.test.ts: no such file'],
  })
})

it('failed browser tests are listed, also one that passed only when repeated, and what failed outside of tests', () => {
  const spec = (title: string, status: string, message?: string) => ({
    title,
    file: 'x.spec.ts',
    line: 7,
    tests: [{ status, results: [{}, ...(message ? [{ error: { message } }] : [])] }],
  })
  const report = {
    stats: { expected: 5 },
    errors: [{ message: 'no browser' }],
    suites: [
      { specs: [spec('opens', 'expected')], suites: [{ specs: [spec('closes', 'unexpected', 'stuck\nat x')] }] },
      { specs: [spec('locks', 'flaky', 'late')] },
    ],
  }
  expect(countPlaywright(report)).toEqual({
    passed: 5,
    failures: ['e2e/x.spec.ts:7 › closes: stuck', 'e2e/x.spec.ts:7 › locks: late', 'no browser'],
  })
})
