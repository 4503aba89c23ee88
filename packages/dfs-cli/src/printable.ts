/**
 * Text without control characters, for a terminal: metadata, which anybody may have set, and what servers say must not be
 * able to steer it. They are shown as JSON escapes, so that JSON stays the same.
 */
export function printable(text: string, kept = ''): string {
  return text.replace(/\p{Cc}/gu, (character) => (kept.includes(character) ? character : escaped(character)))
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
