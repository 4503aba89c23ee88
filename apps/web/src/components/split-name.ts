// In widths of a Latin letter.
const TAIL_MAX = 18
const SENTENCE_MAX = 48
// A shorter last word says nothing: "2", "4)".
const LAST_WORD_MIN = 4
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/
const BIDI_CONTROLS: Record<string, string> = {
  '\u061c': 'ALM',
  '\u200e': 'LRM',
  '\u200f': 'RLM',
  '\u202a': 'LRE',
  '\u202b': 'RLE',
  '\u202c': 'PDF',
  '\u202d': 'LRO',
  '\u202e': 'RLO',
  '\u2066': 'LRI',
  '\u2067': 'RLI',
  '\u2068': 'FSI',
  '\u2069': 'PDI',
}

/** Where the extension begins, the dot included; the length of the name when it has none. `.bashrc` has none. */
export function extensionStart(name: string): number {
  const last = name.lastIndexOf('.')
  if (last <= 0 || last === name.length - 1 || name.length - last > 12) return name.length
  const compound = /\.tar\.[a-z0-9]{1,4}$/i.exec(name)
  return compound !== null && compound.index > 0 ? compound.index : last
}

/** The extension without its dot, in lower case; empty when there is none. */
export function extensionOf(name: string): string {
  return name.slice(extensionStart(name) + 1).toLowerCase()
}

/** Controls that change the direction of text are shown, never applied: a name must not look like another one. */
export function showBidiControls(name: string): string {
  return Array.from(name, (character) => {
    const word = BIDI_CONTROLS[character]
    return word === undefined ? character : `\u27e8${word}\u27e9`
  }).join('')
}

/**
 * Cuts a name for an ellipsis in the middle: `head` may be shortened by the browser, `tail` always stays. The cut is at
 * a word boundary. A name that reads from the right (`isRtl`: so do its two halves) keeps its extension alone, as a cut
 * elsewhere would part letters that are joined. One that only has such letters is not cut: nobody knows the order.
 */
export function splitName(rawName: string): { head: string; tail: string; isRtl: boolean } {
  const name = showBidiControls(rawName)
  if (!RIGHT_TO_LEFT.test(name)) return { ...cutName(name), isRtl: false }
  const firstLetter = /\p{L}/u.exec(name)?.[0] ?? ''
  return RIGHT_TO_LEFT.test(firstLetter)
    ? { ...cutAt(name, extensionStart(name)), isRtl: true }
    : { head: name, tail: '', isRtl: false }
}

/** A name as part of a sentence: shortened in the middle, and a right-to-left one kept apart from the words around it. */
export function nameInSentence(rawName: string): string {
  const name = showBidiControls(rawName)
  const { head, tail } = cutName(name)
  const short = widthOf(name) <= SENTENCE_MAX ? name : `${beginning(head, SENTENCE_MAX - widthOf(tail))}…${tail}`
  return RIGHT_TO_LEFT.test(name) ? `\u2068${short}\u2069` : short
}

function cutName(name: string): { head: string; tail: string } {
  if (widthOf(name) <= TAIL_MAX) return { head: name, tail: '' }
  const extension = extensionStart(name)
  for (let at = extension - 1; at > 0 && widthOf(name.slice(at)) <= TAIL_MAX; at -= 1) {
    const wordBegins = /[\s_\-–—·,]/.test(name[at - 1] ?? '')
    if (wordBegins && widthOf(name.slice(at, extension)) >= LAST_WORD_MIN) return cutAt(name, at)
  }
  const at = wholeCharacter(name, Math.max(1, extension - 4))
  return widthOf(name.slice(at)) > TAIL_MAX ? { head: name, tail: '' } : cutAt(name, at)
}

function cutAt(name: string, at: number): { head: string; tail: string } {
  return { head: name.slice(0, at), tail: name.slice(at) }
}

/** In widths of a Latin letter: Han, Kana and Hangul are twice as wide. */
function widthOf(text: string): number {
  const wide = text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu)?.length ?? 0
  return text.length + wide
}

/** As many characters as are not wider than this; what people see as one is not torn. */
function beginning(text: string, width: number): string {
  let begun = ''
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (widthOf(begun + segment) > width) break
    begun += segment
  }
  return begun
}

function wholeCharacter(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at
}
