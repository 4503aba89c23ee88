import { ApiError } from '../api-error.ts'

export const NAME_BYTES_MAX = 255
const EXTENSION_CHARS_MAX = 6

const CONTROL = /\p{Cc}/u
const SURROGATE = /\p{Surrogate}/u
// Characters that turn the direction of the text around them: "fdp.exe" would look like "exe.pdf".
const BIDI_CONTROL = /[\u202a-\u202e\u2066-\u2069]/u

function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8')
}

/**
 * A name as it is kept: as typed, in Unicode form C. Throws ApiError name_invalid or name_too_long.
 * Names are rows and never paths; what is refused here could not be unpacked on a disk or be read by a person.
 */
export function checkedName(typed: string): string {
  const name = typed.normalize('NFC')
  const refuse = (message: string) => new ApiError('name_invalid', message, { field: 'name' })
  if (name === '') throw refuse('A name cannot be empty.')
  if (name.includes('/')) throw refuse('A name cannot contain “/”.')
  if (name === '.' || name === '..') throw refuse(`“${name}” cannot be a name.`)
  if (CONTROL.test(name)) throw refuse('A name cannot contain control characters.')
  if (BIDI_CONTROL.test(name)) throw refuse('A name cannot contain characters that turn the direction of text.')
  if (SURROGATE.test(name)) throw refuse('A name cannot contain broken characters.')
  const bytesOver = byteLength(name) - NAME_BYTES_MAX
  if (bytesOver > 0) {
    const message = `That name is too long by ${bytesOver} bytes.`
    throw new ApiError('name_too_long', message, { field: 'name', detail: { bytesOver } })
  }
  return name
}

/** The folders of a folder drop, 'a/b/c' → ['a', 'b', 'c'], each a checked name. Empty parts are left out. */
export function checkedPath(typed: string): string[] {
  return typed
    .split('/')
    .filter((part) => part !== '')
    .map(checkedName)
}

/** The stem and the ending with its dot: 'a.tar.gz' → ['a', '.tar.gz'], '.profile' → ['.profile', '']. */
function splitEnding(name: string): [string, string] {
  const ending = /(?<=.)(?:\.tar)?\.[^.\s]{1,16}$/u.exec(name)?.[0] ?? ''
  return [name.slice(0, name.length - ending.length), ending]
}

/** The longest start of `text` that has at most `bytes` bytes and cuts no character. */
export function cutToBytes(text: string, bytes: number): string {
  if (byteLength(text) <= bytes) return text
  let used = 0
  let kept = ''
  for (const character of text) {
    used += byteLength(character)
    if (used > bytes) break
    kept += character
  }
  return kept
}

/** What a second entry of the same name is called: 'photo.jpg', 2 → 'photo (2).jpg', never above the limit. */
export function numberedName(name: string, number: number): string {
  const [stem, ending] = splitEnding(name)
  const tail = ` (${number})${ending}`
  return cutToBytes(stem, NAME_BYTES_MAX - byteLength(tail)) + tail
}

/** The ending for the file ID, at most six letters and digits; empty when the name has none that fits. */
export function storageExtension(name: string): string {
  const ending = splitEnding(name)[1].split('.').pop()?.toLowerCase() ?? ''
  return /^[a-z0-9]+$/.test(ending) && ending.length <= EXTENSION_CHARS_MAX ? ending : ''
}
