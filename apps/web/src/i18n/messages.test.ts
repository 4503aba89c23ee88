// Every sentence exists in both languages, says the same things, and is said somewhere.
import fs from 'node:fs'
import path from 'node:path'
import {
  isArgumentElement,
  isPluralElement,
  isSelectElement,
  isTagElement,
  parse,
} from '@formatjs/icu-messageformat-parser'
import { expect, test } from 'vitest'
import { english } from '../../messages/en/index.ts'
import { chinese } from '../../messages/zh-CN/index.ts'

const SOURCE = path.join(import.meta.dirname, '..')

type Messages = { [key: string]: string | Messages }
type Element = ReturnType<typeof parse>[number]

/** 'drive.menu.open' → its text. */
function flatten(messages: Messages, above = ''): Map<string, string> {
  const flat = new Map<string, string>()
  for (const [key, value] of Object.entries(messages)) {
    if (typeof value === 'string') flat.set(above + key, value)
    else for (const [below, text] of flatten(value, `${above}${key}.`)) flat.set(below, text)
  }
  return flat
}

/** Names of the values and of the tags that a message takes. */
function argumentsOf(message: string): string[] {
  const names = new Set<string>()
  const visit = (element: Element): void => {
    if (isTagElement(element)) {
      names.add(`<${element.value}>`)
      element.children.forEach(visit)
    } else if (isPluralElement(element) || isSelectElement(element)) {
      names.add(element.value)
      for (const option of Object.values(element.options)) option.value.forEach(visit)
    } else if (isArgumentElement(element) || 'style' in element) names.add(String(element.value))
  }
  parse(message).forEach(visit)
  return [...names].sort()
}

function sourceFiles(): string[] {
  const names = fs.readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => /\.tsx?$/.test(name) && !name.includes('generated') && !/\.test\.tsx?$/.test(name))
}

/** What the sources could ask for: whole texts, and patterns where a part is put in when the page runs. */
function askedFor(): { literals: Set<string>; patterns: RegExp[] } {
  const literals = new Set<string>()
  const patterns: RegExp[] = []
  for (const name of sourceFiles()) {
    const text = fs.readFileSync(path.join(SOURCE, name), 'utf8')
    for (const [, single, double] of text.matchAll(/'([\w.-]+)'|"([\w.-]+)"/g)) literals.add(single ?? double ?? '')
    // Keys of objects that are named after messages: { open: …, closed: … }
    for (const [, key = ''] of text.matchAll(/\b([\w]+):/g)) literals.add(key)
    for (const [, template = ''] of text.matchAll(/`([\w.-]*\$\{[^`]*)`/g)) {
      const parts = template.split(/\$\{[^}]*\}/)
      if (parts.join('').length >= 2) patterns.push(new RegExp(`^${parts.map(quoted).join('[\\w-]+')}$`))
    }
  }
  return { literals, patterns }
}

function quoted(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\-]/g, String.raw`\$&`)
}

const englishTexts = flatten(english)
const chineseTexts = flatten(chinese)

test('both languages have the same messages', () => {
  expect([...chineseTexts.keys()].sort()).toEqual([...englishTexts.keys()].sort())
})

test('a message takes the same values in both languages', () => {
  for (const [key, text] of englishTexts) {
    expect({ key, takes: argumentsOf(chineseTexts.get(key) ?? '') }).toEqual({ key, takes: argumentsOf(text) })
  }
})

test('no message is left that nothing shows', () => {
  const { literals, patterns } = askedFor()
  const unused = [...englishTexts.keys()].filter((key) => {
    const inNamespace = key.slice(key.indexOf('.') + 1)
    return !literals.has(inNamespace) && !patterns.some((pattern) => pattern.test(inNamespace))
  })
  expect(unused).toEqual([])
})

/** Messages that break a rule of how we speak. */
function offenders(texts: Map<string, string>, rule: RegExp): string[] {
  return [...texts].filter(([, text]) => rule.test(text)).map(([key, text]) => `${key}: ${text}`)
}

test('English is calm and short of polite filler', () => {
  expect(offenders(englishTexts, /!|\boops\b|successfully|\.\.\.|\bplease\b/i)).toEqual([])
})

test('Chinese says 你 and uses full-width punctuation', () => {
  expect(offenders(chineseTexts, /您|！|\.\.\.|\p{Script=Han}[,;:?!]/u)).toEqual([])
})

test.each([englishTexts, chineseTexts])('no message is empty or has space around it', (texts) => {
  expect(offenders(texts, /^\s|[^\S\n]$|^$/)).toEqual([])
})
