import { polyphonic } from 'pinyin-pro'
import { folded } from './folded.ts'

const HAN = /^\p{Script=Han}$/u
const MARK = /^\p{M}$/u
const READING = /^[a-z]+$/

/** One character of a name: where it stands, how it reads when compared, and, for Han characters, how it may sound. */
export interface NameUnit {
  start: number
  end: number
  text: string
  sounds: readonly string[]
}

// Names use few different characters, and folding one is slow. Bounded, because anybody may type any character.
const KNOWN_MAX = 50_000
const known = new Map<string, { text: string; sounds: readonly string[] }>()

/**
 * All readings of a Han character, without tones, ü as v: 重 → zhong, chong. Of the character and not of the word: who
 * searches 'zhongliang' or 'chongqing' finds both, and no dictionary decides what a name is not. The library's `pinyin`
 * says the same of all Han characters, but builds its dictionary of words first: 30 ms of the first search.
 */
function readingsOf(character: string): readonly string[] {
  const [found = []] = polyphonic(character, { toneType: 'none', type: 'array', v: true })
  return [...new Set(found)].filter((reading) => READING.test(reading))
}

function lookAt(character: string): { text: string; sounds: readonly string[] } {
  let seen = known.get(character)
  if (seen === undefined) {
    const text = folded(character)
    seen = { text, sounds: HAN.test(text) ? readingsOf(text) : [] }
    if (known.size < KNOWN_MAX) known.set(character, seen)
  }
  return seen
}

/** A name character by character. Names have 255 bytes at most, so that this is always short. */
export function nameUnits(name: string): NameUnit[] {
  const units: NameUnit[] = []
  let start = 0
  for (const character of name) {
    const end = start + character.length
    const last = units.at(-1)
    // An accent that stands by itself belongs to its letter: 'é' typed as two characters.
    if (last !== undefined && MARK.test(character)) {
      last.end = end
      last.text = folded(name.slice(last.start, end))
    } else {
      units.push({ start, end, ...lookAt(character) })
    }
    start = end
  }
  return units
}
