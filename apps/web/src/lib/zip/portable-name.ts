import { numberedName } from '../entries/name.ts'

// What Windows does not take in a name; a slash cannot be in one of ours, a backslash would make folders when unpacked.
const FORBIDDEN = /[\\:*?"<>|\p{Cc}]/gu
const TRAILING = /[. ]+$/
const RESERVED = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])$/i

/** A name that can be unpacked on every system: 'a:b' → 'a_b', 'aux.txt' → '_aux.txt', 'end. ' → 'end__'. */
export function portableName(name: string): string {
  const plain = name
    .normalize('NFC')
    .replace(FORBIDDEN, '_')
    .replace(TRAILING, (tail) => '_'.repeat(tail.length))
  const stem = plain.split('.')[0]?.trimEnd() ?? ''
  return RESERVED.test(stem) ? `_${plain}` : plain
}

/**
 * Portable names for what lies in one folder, in its order: where two differ only in case, or became equal, the later
 * one gets a number, 'readme (2).md'.
 */
export class FolderNames {
  private readonly taken = new Set<string>()
  /** The next number to try: thousands of names that differ in case must not be compared with each other. */
  private readonly numbers = new Map<string, number>()

  take(name: string): string {
    const wanted = portableName(name)
    const key = keyOf(wanted)
    let free = wanted
    let number = this.numbers.get(key) ?? 2
    for (; this.taken.has(keyOf(free)); number += 1) free = numberedName(wanted, number)
    this.numbers.set(key, number)
    this.taken.add(keyOf(free))
    return free
  }
}

/** Equal for names that a file system without regard to case takes for one. */
function keyOf(name: string): string {
  return name.toUpperCase().toLowerCase()
}
