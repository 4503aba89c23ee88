// A class that does not exist changes nothing and nobody complains: a QR code had no white ground that way.
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { __unstable__loadDesignSystem as loadDesignSystem } from 'tailwindcss'
import { expect, test } from 'vitest'

const sources = path.join(import.meta.dirname, '..')
const styles = path.join(sources, 'app/globals.css')
const { resolve } = createRequire(import.meta.url)

test('each class that sets a colour, a form or a size exists', async () => {
  const known = await loadDesignSystem(readFileSync(styles, 'utf8'), {
    base: path.dirname(styles),
    loadStylesheet: (id, base) => {
      const file = id.startsWith('.') ? path.join(base, id) : resolve(`${id}/index.css`)
      return Promise.resolve({ path: file, base: path.dirname(file), content: readFileSync(file, 'utf8') })
    },
  })
  const words = usedWords()
  const css = known.candidatesToCss(words)
  expect(words.length).toBeGreaterThan(300)
  expect(words.filter((_word, at) => css[at] === null)).toEqual([])
})

const property =
  /^(?:[a-z-]+:|\S+\]:)*-?(?:bg|text|border|inset-ring|ring|outline|fill|stroke|divide|rounded|shadow|animate|size|h|w|p[xytblr]?|m[xytblr]?|gap|font)-[^\s'"`${}]+$/

/** What stands in quotes in the components and looks like one of these classes. */
function usedWords(): string[] {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.tsx'))
  const words = files.flatMap((file) =>
    [...readFileSync(path.join(sources, file), 'utf8').matchAll(/'([^'\n]*)'|"([^"\n]*)"/g)].flatMap(
      ([, single, double]) => (single ?? double ?? '').split(/\s+/),
    ),
  )
  return [...new Set(words)].filter((word) => property.test(word))
}
