import { StateFileError } from './state-file-error.ts'

// The form of FastDFS's state files: `[Section]` lines, then `key=value` lines indented by a tab, `#` comments.

export interface Section {
  readonly name: string
  readonly line: number
  readonly values: ReadonlyMap<string, { text: string; line: number }>
}

/** `file` is only for messages. */
export function parseSections(text: string, file: string): Section[] {
  const sections: { name: string; line: number; values: Map<string, { text: string; line: number }> }[] = []
  if (!text.endsWith('\n')) throw new StateFileError(file, text.split('\n').length, 'the line is not complete')
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1
    const trimmed = raw.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const header = /^\[(\w+)\]$/.exec(trimmed)
    if (header?.[1] !== undefined) {
      sections.push({ name: header[1], line, values: new Map() })
      continue
    }
    const equals = trimmed.indexOf('=')
    const section = sections.at(-1)
    if (equals < 1 || section === undefined) throw new StateFileError(file, line, `"${trimmed}" is not key=value`)
    const key = trimmed.slice(0, equals).trim()
    if (section.values.has(key)) throw new StateFileError(file, line, `${key} is there twice`)
    section.values.set(key, { text: trimmed.slice(equals + 1).trim(), line })
  }
  return sections
}

/** Reads the values of one section; everything missing or out of form is an error with its line. */
export class SectionReader {
  readonly #section: Section
  readonly #file: string
  readonly #used = new Set<string>()

  constructor(section: Section, file: string) {
    this.#section = section
    this.#file = file
  }

  has(key: string): boolean {
    return this.#section.values.has(key)
  }

  text(key: string): string {
    return this.#value(key).text
  }

  integer(key: string, min = 0): number {
    const { text, line } = this.#value(key)
    const value = Number(text)
    if (!/^-?\d{1,16}$/.test(text) || !Number.isSafeInteger(value) || value < min) {
      throw new StateFileError(this.#file, line, `${key}=${text} is not a whole number from ${min} on`)
    }
    return value
  }

  /** Keys that nobody asked for: another version wrote them. */
  unusedKeys(): string[] {
    return [...this.#section.values.keys()].filter((key) => !this.#used.has(key))
  }

  error(key: string, message: string): StateFileError {
    return new StateFileError(this.#file, this.#section.values.get(key)?.line ?? this.#section.line, message)
  }

  #value(key: string): { text: string; line: number } {
    this.#used.add(key)
    const value = this.#section.values.get(key)
    if (value === undefined) {
      throw new StateFileError(this.#file, this.#section.line, `[${this.#section.name}] has no ${key}`)
    }
    return value
  }
}

/** Finds the announced number of `[Prefix001]`… sections: a file that was cut off has fewer, or no [Global]. */
export function numberedSections(sections: Section[], prefix: string, file: string): SectionReader[] {
  const global = sections.find((section) => section.name === 'Global')
  if (global === undefined) throw new StateFileError(file, 0, 'there is no [Global] section: the file is not complete')
  const key = `${prefix.toLowerCase()}_count`
  const count = new SectionReader(global, file).integer(key)
  const found = sections.filter((section) => section !== global)
  for (const [index, section] of found.entries()) {
    if (section.name === sectionName(prefix, index)) continue
    throw new StateFileError(file, section.line, `[${section.name}] where [${sectionName(prefix, index)}] belongs`)
  }
  if (found.length !== count) {
    throw new StateFileError(file, global.line, `${key} is ${count}, but there are ${found.length} sections`)
  }
  return found.map((section) => new SectionReader(section, file))
}

/** `index` counts from 0, the names from 1. */
export function sectionName(prefix: string, index: number): string {
  return `${prefix}${String(index + 1).padStart(3, '0')}`
}

export function formatSection(name: string, values: readonly (readonly [string, string | number])[]): string {
  return `[${name}]\n${values.map(([key, value]) => `\t${key}=${value}\n`).join('')}`
}
