import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { auditActions, auditKinds } from './audit-actions.ts'

const SOURCE = path.join(import.meta.dirname, '../..')
const FOLDERS = ['features', 'lib', 'app', 'worker']

/** What the sources write into the audit log. */
function actionsWritten(): Set<string> {
  const files = FOLDERS.flatMap((folder) =>
    fs
      .readdirSync(path.join(SOURCE, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => path.join(SOURCE, folder, name)),
  )
  const texts = files.map((file) => fs.readFileSync(file, 'utf8'))
  return new Set(texts.flatMap((text) => [...text.matchAll(/\baction:.*/g)].flatMap(([line]) => namesIn(line))))
}

/** All of them: an act may depend on a condition. */
function namesIn(line: string): string[] {
  return [...line.matchAll(/'([a-z_]+\.[a-z_]+)'/g)].map(([, name]) => name ?? '')
}

test('every act that the audit log keeps is said in words', () => {
  const written = actionsWritten()
  expect(written.size).toBeGreaterThan(20)
  const said: ReadonlySet<string> = new Set(auditActions)
  const unsaid = [...written].filter((name) => !said.has(name.replace('.', '_')))
  expect(unsaid).toEqual([])
})

test('the log can be narrowed to every act that it keeps', () => {
  const kinds: ReadonlySet<string> = new Set(auditKinds)
  const alone = [...actionsWritten()].filter((name) => !kinds.has(name.slice(0, name.indexOf('.'))))
  expect(alone).toEqual([])
})
