import { folded } from './folded.ts'
import { type NameUnit, nameUnits } from './name-units.ts'

/** A part of a name, in UTF-16 units as JavaScript counts: [from, to). */
export type MatchRange = readonly [from: number, to: number]

/**
 * Where a name has this text: as written, or as it sounds, in full ('chaowei'), by initials ('cw') or mixed ('chaow').
 * Null: nowhere. What was written wins over what sounds alike, and earlier over later. One character that has no word
 * beside it is looked for at the beginning alone.
 */
function findInName(units: readonly NameUnit[], text: string, hasWord: boolean): MatchRange | null {
  const query = folded(text)
  if (query === '') return null
  const starts = hasWord ? units : units.slice(0, 1)
  return findFrom(units, starts.length, query, writtenEnds) ?? findFrom(units, starts.length, query, spokenEnds)
}

type EndsOf = (unit: NameUnit, rest: string) => number[]

// How many characters of the rest of the query a unit can take up. The last unit may be cut short by the query's end.
const writtenEnds: EndsOf = ({ text }, rest) => lengthIf(text, rest)
const spokenEnds: EndsOf = (unit, rest) => {
  if (unit.sounds.length === 0) return lengthIf(unit.text, rest)
  return unit.sounds.flatMap((sound) => [...lengthIf(sound, rest), ...(rest[0] === sound[0] ? [1] : [])])
}

function lengthIf(text: string, rest: string): number[] {
  if (text === '') return [0]
  if (rest.startsWith(text)) return [text.length]
  return text.startsWith(rest) ? [rest.length] : []
}

function findFrom(units: readonly NameUnit[], starts: number, query: string, ends: EndsOf): MatchRange | null {
  for (let from = 0; from < starts; from += 1) {
    const first = units[from]
    const to = first === undefined ? null : endOfMatch(units, from, query, ends)
    if (first !== undefined && to !== null) return [first.start, to]
  }
  return null
}

/** Walks the name with all ways at once, so that many readings cannot multiply: positions in the query, per unit. */
function endOfMatch(units: readonly NameUnit[], from: number, query: string, ends: EndsOf): number | null {
  let reached = new Set([0])
  for (let index = from; index < units.length && reached.size > 0; index += 1) {
    const unit = units[index]
    if (unit === undefined) break
    const next = new Set<number>()
    for (const position of reached) {
      for (const length of ends(unit, query.slice(position))) next.add(position + length)
    }
    if (next.has(query.length)) return unit.end
    reached = next
  }
  return null
}

/** More than single characters, of which names are found by the first one only. */
export function hasWord(texts: readonly string[]): boolean {
  return texts.some((text) => isWord(folded(text)))
}

const isWord = (text: string) => [...text].length > 1

/** Where a name has all of these texts; null when one is missing. Ranges are in order and do not overlap. */
export function matchName(name: string, texts: readonly string[]): MatchRange[] | null {
  if (texts.length === 0) return []
  const units = nameUnits(name)
  const anywhere = hasWord(texts)
  const found: MatchRange[] = []
  for (const text of texts) {
    const range = findInName(units, text, anywhere)
    if (range === null) return null
    found.push(range)
  }
  return merged(found)
}

function merged(ranges: readonly MatchRange[]): MatchRange[] {
  const joined: MatchRange[] = []
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = joined.at(-1)
    if (last !== undefined && from <= last[1]) joined[joined.length - 1] = [last[0], Math.max(last[1], to)]
    else joined.push([from, to])
  }
  return joined
}

/** How well a name answers: 0 begins with what was typed, 1 a word in it does, 2 it is somewhere inside. */
export type Nearness = 0 | 1 | 2

const WORD = /[\p{L}\p{N}]/u
const HAN = /\p{Script=Han}/u

/**
 * `matchName` without the places, for going over many candidates. The first text decides how near it is. `texts` are
 * folded already.
 */
export function nearnessOf(name: string, texts: readonly string[]): Nearness | null {
  const whole = folded(name)
  const [first = ''] = texts
  const anywhere = texts.some(isWord)
  const isWritten = texts.every((text) => (anywhere ? whole.includes(text) : whole.startsWith(text)))
  if (isWritten) return nearness(whole, whole.indexOf(first))
  const units = nameUnits(name)
  let from: number | null = null
  for (const text of texts) {
    const range = findInName(units, text, anywhere)
    if (range === null) return null
    from ??= range[0]
  }
  return nearness(name, from ?? 0)
}

function nearness(text: string, at: number): Nearness {
  if (at === 0) return 0
  const before = text[at - 1] ?? ''
  return WORD.test(before) && !HAN.test(before) ? 2 : 1
}
