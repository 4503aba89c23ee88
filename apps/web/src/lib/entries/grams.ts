import { folded } from './folded.ts'
import { type NameUnit, nameUnits } from './name-units.ts'

const BLANK = /^\s*$/u
const SPACE = /\s/u
/** Marks the piece that says with what character a name begins; no name has it. */
const START = '\u0002'

function pairsWithin(text: string): string[] {
  if (text.length < 2) return []
  const characters = [...text]
  return characters.slice(1).map((character, index) => `${characters[index] ?? ''}${character}`)
}

// What may stand at the end of one character and at the beginning of the next: the characters themselves, or letters
// of how they sound (whole syllables and initials, also mixed: 'chaow'). Never a Han character beside a sound.
function endings({ text, sounds }: NameUnit): { written: string; spoken: string[] } {
  const last = lastOf(text)
  const spoken = sounds.flatMap((sound) => [sound.slice(0, 1), sound.slice(-1)])
  return { written: last, spoken: sounds.length > 0 ? spoken : [last] }
}
function beginnings({ text, sounds }: NameUnit): { written: string; spoken: string[] } {
  const first = firstOf(text)
  return { written: first, spoken: sounds.length > 0 ? sounds.map((sound) => sound.slice(0, 1)) : [first] }
}

function lastOf(text: string): string {
  return text.length === 1 ? text : ([...text].at(-1) ?? '')
}
function firstOf(text: string): string {
  return text.length === 1 ? text : ([...text][0] ?? '')
}

function pairsBetween(left: NameUnit, right: NameUnit): string[] {
  // Of most names no character sounds like anything: a thousand files of one drop would wait for lists of nothing.
  if (left.sounds.length + right.sounds.length === 0) return [`${lastOf(left.text)}${firstOf(right.text)}`]
  const [before, after] = [endings(left), beginnings(right)]
  const spoken = before.spoken.flatMap((end) => after.spoken.map((begin) => `${end}${begin}`))
  return [`${before.written}${after.written}`, ...spoken]
}

function hasBlank(pair: string): boolean {
  return SPACE.test(pair) || [...pair].length < 2
}

/**
 * The pieces by which a name is found: pairs of neighbouring characters of the folded name, of its pinyin and of its
 * initials, and one for each way in which it begins. A handful per character, never more than pairs of letters exist.
 */
export function gramsOf(name: string): string[] {
  const units = nameUnits(name).filter(({ text }) => text !== '')
  const grams = new Set<string>()
  for (const [index, unit] of units.entries()) {
    for (const pair of pairsWithin(unit.text)) grams.add(pair)
    for (const sound of unit.sounds) for (const pair of pairsWithin(sound)) grams.add(pair)
    const next = units[index + 1]
    if (next !== undefined) for (const pair of pairsBetween(unit, next)) grams.add(pair)
  }
  const pairs = [...grams].filter((pair) => !hasBlank(pair))
  return [...pairs, ...startsOf(units[0])]
}

function startsOf(first: NameUnit | undefined): string[] {
  if (first === undefined) return [START]
  const { written, spoken } = beginnings(first)
  return [...new Set([written, ...spoken])].map((character) => `${START}${character}`)
}

/**
 * The pieces that every name with this text has. A single character has none but the one that says that names begin
 * with it; blanks give nothing.
 */
export function gramsOfQuery(text: string): string[] {
  const query = folded(text)
  const characters = [...query]
  if (characters.length === 1) return BLANK.test(query) ? [] : [`${START}${query}`]
  return [...new Set(pairsWithin(query).filter((pair) => !hasBlank(pair)))]
}

/** The piece of names that begin with the same character as this text. */
export function startGramsOfQuery(text: string): string[] {
  const first = [...folded(text)][0]
  return first === undefined || BLANK.test(first) ? [] : [`${START}${first}`]
}
