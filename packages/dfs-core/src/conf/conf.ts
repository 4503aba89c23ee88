import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { ConfEntry, ReadText } from './conf-lines.ts'
import { ConfError, parseConfLines } from './conf-lines.ts'

/** Bounds of a number and what an absent key means; without `fallback` the key is mandatory. */
export interface NumberOptions {
  readonly min?: number
  readonly max?: number
  readonly fallback?: number
}

/** Time of day in `HH:MM`. */
export interface TimeOfDay {
  readonly hour: number
  readonly minute: number
}

/** `reserved_storage_space`: a number of bytes, or a share (0 … 1) of the disk. */
export type ReservedSpace =
  | { readonly kind: 'bytes'; readonly bytes: number }
  | { readonly kind: 'ratio'; readonly ratio: number }

/** A key that the program does not know, and where it stands. Keys of a section read `[section] key`. */
export interface UnknownKey {
  readonly key: string
  readonly file: string
  readonly line: number
}

/**
 * A read configuration. A key that is absent, or present without a value, gives the fallback; without a fallback it
 * is a ConfError, as is a value that cannot be read: file, line, key and value are named. Of repeated keys the
 * getters of one value take the last.
 */
export interface Conf {
  /** The file that was read first. */
  readonly file: string
  has(key: string): boolean
  text(key: string, fallback?: string): string
  /** All values of a repeated key, in order. */
  all(key: string): readonly string[]
  /** All values of a key, each split at commas. */
  list(key: string): readonly string[]
  /** A path, relative to the file that it stands in. The fallback is relative to the first file. */
  path(key: string, fallback?: string): string
  /** One of `choices`, compared exactly. */
  choice<const C extends string>(key: string, choices: readonly C[], fallback?: NoInfer<C>): C
  integer(key: string, options?: NumberOptions): number
  /** `true`, `yes`, `on` in any case, or `1` are true; anything else is false (§9.0). */
  boolean(key: string, fallback?: boolean): boolean
  /** Bytes: a whole number and a unit that starts with K, M, G or T (powers of 1024); none = bytes. */
  byteSize(key: string, options?: NumberOptions): number
  /** As byteSize, or `20%`. */
  reservedSpace(key: string, fallback?: ReservedSpace): ReservedSpace
  timeOfDay(key: string, fallback?: TimeOfDay): TimeOfDay
  /** The keys below `[name]`; what is absent there is looked up among the global ones. */
  section(name: string): Conf
  /** Entries whose key is not among `known`; a key inside a section is `[section] key`. */
  unknownKeys(known: readonly (string | RegExp)[]): readonly UnknownKey[]
}

/** Reads a configuration file with its includes. ConfError when it cannot be read or parsed. */
export function readConf(path: string): Conf {
  const file = resolve(path)
  return makeConf(file, parseConfLines(readFile(file), file), '')
}

/**
 * Parses a configuration text, e.g. the answer to PARAMETER_REQ (75). `file` names it in messages. It comes from outside:
 * what it wants to include is a ConfError, unless `readText` says what that is.
 */
export function parseConf(text: string, file: string, readText: ReadText = includesNothing): Conf {
  return makeConf(file, parseConfLines(text, file, readText), '')
}

const includesNothing: ReadText = () => {
  throw new Error('only files may include others')
}

function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ConfError(`cannot read ${file}`, { cause })
  }
}

function makeConf(file: string, entries: readonly ConfEntry[], section: string): Conf {
  const entriesOf = (key: string): readonly ConfEntry[] => {
    const found = entries.filter((entry) => entry.key === key && entry.section === section)
    return found.length > 0 || section === ''
      ? found
      : entries.filter((entry) => entry.key === key && entry.section === '')
  }
  const find = (key: string): ConfEntry | undefined => entriesOf(key).findLast(({ value }) => value !== '')

  function read<T>(key: string, fallback: T | undefined, parse: (value: string, entry: ConfEntry) => T): T {
    const entry = find(key)
    if (entry !== undefined) return parse(entry.value, entry)
    if (fallback === undefined) throw new ConfError(`${file}: ${key} is missing`)
    return fallback
  }

  return {
    file,
    has: (key) => find(key) !== undefined,
    text: (key, fallback) => read(key, fallback, (value) => value),
    all: (key) => entriesOf(key).flatMap(({ value }) => (value === '' ? [] : [value])),
    list: (key) => entriesOf(key).flatMap(({ value }) => splitList(value)),
    path: (key, fallback) => {
      const fallbackPath = fallback === undefined ? undefined : resolve(dirname(file), fallback)
      return read(key, fallbackPath, (value, entry) => resolve(dirname(entry.file), value))
    },
    choice: (key, choices, fallback) => read(key, fallback, (_value, entry) => parseChoice(entry, choices)),
    integer: (key, options = {}) => read(key, options.fallback, (_value, entry) => parseInteger(entry, options)),
    boolean: (key, fallback) => read(key, fallback, (value) => /^(true|yes|on|1)$/i.test(value)),
    byteSize: (key, options = {}) => read(key, options.fallback, (_value, entry) => parseByteSize(entry, options)),
    reservedSpace: (key, fallback) => read(key, fallback, (_value, entry) => parseReservedSpace(entry)),
    timeOfDay: (key, fallback) => read(key, fallback, (_value, entry) => parseTimeOfDay(entry)),
    section: (name) => makeConf(file, entries, name),
    unknownKeys: (known) => entries.filter((entry) => !isKnown(fullKey(entry), known)).map(toUnknownKey),
  }
}

function splitList(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function refuse(entry: ConfEntry, what: string): ConfError {
  return new ConfError(`${entry.file}:${entry.line}: ${fullKey(entry)} = ${entry.value}: ${what}`)
}

function fullKey({ section, key }: ConfEntry): string {
  return section === '' ? key : `[${section}] ${key}`
}

function isKnown(key: string, known: readonly (string | RegExp)[]): boolean {
  return known.some((pattern) => (typeof pattern === 'string' ? pattern === key : pattern.test(key)))
}

function toUnknownKey(entry: ConfEntry): UnknownKey {
  return { key: fullKey(entry), file: entry.file, line: entry.line }
}

function parseChoice<C extends string>(entry: ConfEntry, choices: readonly C[]): C {
  const choice = choices.find((candidate) => candidate === entry.value)
  if (choice === undefined) throw refuse(entry, `not one of ${choices.join(', ')}`)
  return choice
}

function parseInteger(entry: ConfEntry, options: NumberOptions): number {
  if (!/^[+-]?\d{1,16}$/.test(entry.value)) throw refuse(entry, 'not a whole number')
  return inRange(entry, Number(entry.value), options)
}

function inRange(entry: ConfEntry, value: number, { min, max }: NumberOptions): number {
  if (!Number.isSafeInteger(value)) throw refuse(entry, 'too large')
  if (min !== undefined && value < min) throw refuse(entry, `less than ${min}`)
  if (max !== undefined && value > max) throw refuse(entry, `more than ${max}`)
  return value
}

const unitExponents: Readonly<Record<string, number>> = { '': 0, K: 1, M: 2, G: 3, T: 4 }

function parseByteSize(entry: ConfEntry, options: NumberOptions): number {
  const [, digits, unit] = /^(\d{1,16})\s*([A-Za-z]*)$/.exec(entry.value) ?? []
  const exponent = unitExponents[(unit ?? '').slice(0, 1).toUpperCase()]
  if (digits === undefined || exponent === undefined) throw refuse(entry, 'not a size such as 256KB, 64 MB or 1G')
  return inRange(entry, Number(digits) * 1024 ** exponent, options)
}

function parseReservedSpace(entry: ConfEntry): ReservedSpace {
  const percent = /^(\d{1,3}(\.\d{1,6})?)\s*%$/.exec(entry.value)?.[1]
  if (percent === undefined) return { kind: 'bytes', bytes: parseByteSize(entry, {}) }
  const ratio = Number(percent) / 100
  if (ratio > 1) throw refuse(entry, 'more than 100%')
  return { kind: 'ratio', ratio }
}

function parseTimeOfDay(entry: ConfEntry): TimeOfDay {
  const [, hour, minute] = /^(\d{1,2}):(\d{1,2})$/.exec(entry.value) ?? []
  if (hour === undefined || minute === undefined || Number(hour) > 23 || Number(minute) > 59) {
    throw refuse(entry, 'not a time of day such as 03:00')
  }
  return { hour: Number(hour), minute: Number(minute) }
}
