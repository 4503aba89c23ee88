import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { extendTailwindMerge } from 'tailwind-merge'
import { expect, test } from 'vitest'
import { cn } from './class-names.ts'

const sources = path.join(import.meta.dirname, '..')
// Words that are no classes where they stand, but would be two of one group.
const otherWords = new Set(['collapse', 'visible'])

/** A million pairs: seconds on a machine with nothing else to do. */
const BUSY_MS = 180_000

const whole = extendTailwindMerge({
  extend: {
    theme: {
      text: ['11', '12', '13', '14', '15', '16', '17', '18', '24'],
      radius: ['tag', 'tile', 'button', 'card', 'dialog', 'sheet'],
      shadow: ['1', '2', '3'],
    },
  },
})

test(
  'any two classes of the sources are joined as by the list of all groups',
  () => {
    const classes = usedClasses()
    const wrong: string[] = []
    for (const first of classes) {
      for (const second of classes) {
        const both = `${first} ${second}`
        if (first !== second && whole(both) !== cn(both)) wrong.push(both)
      }
    }
    expect(classes.length).toBeGreaterThan(400)
    expect(wrong).toEqual([])
  },
  BUSY_MS,
)

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
