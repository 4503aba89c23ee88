import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { extendTailwindMerge } from 'tailwind-merge'
import { expect, test } from 'vitest'
import { cn } from './class-names.ts'

const sources = path.join(import.meta.dirname, '..')
// Words that are no classes where they stand, but would be two of one group.
const otherWords = new Set(['collapse', 'visible'])

const whole = extendTailwindMerge({
  extend: {
    theme: {
      text: ['11', '12', '13', '14', '15', '16', '17', '18', '24'],
      radius: ['tag', 'tile', 'button', 'card', 'dialog', 'sheet'],
      shadow: ['1', '2', '3'],
    },
  },
})

test('any two classes of the sources are joined as by the list of all groups', () => {
  const kinds = [...usedKinds().values()].flatMap(([word]) => word ?? [])
  const pairs = kinds.flatMap((first) =>
    kinds.filter((second) => second !== first).map((second) => `${first} ${second}`),
  )
  expect(kinds.length).toBeGreaterThan(300)
  expect(pairs.filter((both) => whole(both) !== cn(both))).toEqual([])
})

test('classes that differ in a number alone are joined as by the list of all groups', () => {
  const pairs = [...usedKinds().values()].flatMap(([first = '', ...rest]) => {
    return rest.flatMap((word) => [`${first} ${word}`, `${word} ${first}`])
  })
  expect(pairs.filter((both) => whole(both) !== cn(both))).toEqual([])
})

/** The classes of the sources, by what is left of them without numbers. To try all pairs of all takes ten times as long. */
function usedKinds(): Map<string, string[]> {
  const kinds = new Map<string, string[]>()
  for (const word of usedClasses()) {
    const kind = word.replace(/\d+/g, '0')
    kinds.set(kind, [...(kinds.get(kind) ?? []), word])
  }
  return kinds
}

/** What stands in quotes in the components and is a class that belongs to a group, without its variants. */
function usedClasses(): string[] {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.tsx'))
  const words = files.flatMap((file) =>
    [...readFileSync(path.join(sources, file), 'utf8').matchAll(/'([^'\n]*)'|"([^"\n]*)"/g)].flatMap(
      ([, single, double]) => (single ?? double ?? '').split(/\s+/),
    ),
  )
  const bare = words.filter((word) => /^[-a-z][^\s${}<>;,]*$/.test(word)).map(withoutVariants)
  return [...new Set(bare)].filter((word) => !otherWords.has(word) && whole(`${word} ${word}`) === word)
}

function withoutVariants(word: string): string {
  const variants = /^(?:(?:[^:[\]()]|\[[^\]]*\]|\([^)]*\))+:)+/.exec(word)?.[0] ?? ''
  return word.slice(variants.length).replace(/!$/, '')
}
