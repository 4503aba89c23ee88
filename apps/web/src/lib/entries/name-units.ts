import { pinyin } from 'pinyin-pro'
import { folded } from './folded.ts'

const HAN = /^\p{Script=Han}$/u
const READING = /^[a-z]+$/

/** One character of a name: where it stands, how it reads when compared, and, for Han characters, how it may sound. */
export interface NameUnit {
  start: number
  end: number
  text: string
  sounds: readonly string[]
}

const known = new Map<string, readonly string[]>()

/**
 * All readings of a Han character, without tones, ü as v: 重 → zhong, chong. Of the character and not of the word: who
 * searches 'zhongliang' or 'chongqing' finds both, and no dictionary decides what a name is not.
 */
function readingsOf(character: string): readonly string[] {
  let readings = known.get(character)
  if (readings === undefined) {
    const found = pinyin(character, { multiple: true, toneType: 'none', type: 'array', v: true })
    readings = [...new Set(found)].filter((reading) => READING.test(reading))
    known.set(character, readings)
  }
  return readings
}

/** A name character by character. Names have 255 bytes at most, so that this is always short. */
export function nameUnits(name: string): NameUnit[] {
  const units: NameUnit[] = []
  let start = 0
  for (const character of name) {
    const end = start + character.length
    const text = folded(character)
    const last = units.at(-1)
    // An accent that stands by itself belongs to its letter: 'é' typed as two characters.
    if (last !== undefined && /^\p{M}$/u.test(character)) {
      last.end = end
      last.text = folded(name.slice(last.start, end))
    } else {
      units.push({ start, end, text, sounds: HAN.test(text) ? readingsOf(text) : [] })
    }
    start = end
  }
  return units
}
