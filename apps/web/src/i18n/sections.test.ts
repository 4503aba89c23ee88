// A message that is not sent shows as its key, and one that nobody needs makes every page longer.
import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { namespacesOf, type Section } from './sections.ts'

const SOURCE = path.join(import.meta.dirname, '..')

const files = fs
  .readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file))

const within = (folder: string, except: readonly string[] = []) =>
  files.filter((file) => file.startsWith(folder) && !except.some((other) => file.startsWith(other)))

const pagesOf: Record<Section, string[]> = {
  everywhere: files.filter((file) => path.dirname(file) === 'app'),
  door: within('app/(door)/'),
  drive: within('app/(drive)/', ['app/(drive)/settings/', 'app/(drive)/admin/']),
  settings: within('app/(drive)/settings/'),
  admin: within('app/(drive)/admin/'),
  visitor: within('app/s/'),
}

/** Namespaces of hooks in these files and in all that they import, now or when it is needed. */
function usedBy(pages: readonly string[]): string[] {
  const used = new Set<string>()
  const seen = new Set<string>()
  const visit = (file: string) => {
    if (seen.has(file)) return
    seen.add(file)
    const text = fs.readFileSync(path.join(SOURCE, file), 'utf8')
    for (const [, namespace = ''] of text.matchAll(/useTranslations\('([\w.]+)'\)/g)) used.add(namespace)
    for (const [, target = ''] of text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
      const imported = path.join(path.dirname(file), target)
      if (files.includes(imported)) visit(imported)
    }
  }
  pages.forEach(visit)
  return [...used].sort()
}

it.each(Object.keys(pagesOf) as Section[])('%s gets the messages that its components use, and no others', (section) => {
  expect([...namespacesOf[section]].sort()).toEqual(usedBy(pagesOf[section]))
})

it('every namespace that a component uses is written out where it is used', () => {
  const unclear = files.filter((file) =>
    /useTranslations\((?!'[\w.]+'\))/.test(fs.readFileSync(path.join(SOURCE, file), 'utf8')),
  )
  expect(unclear).toEqual([])
})
