/** A key that was pressed before there was a field for it. `main`: with Ctrl, on Apple computers ⌘. */
export type TypedKey = { key: string; main: boolean }

/** The text of a field with its selection. */
export type FieldText = { text: string; from: number; to: number }

/** What a field holds after these keys; `submitted`: Enter was among them, and what came behind it is not meant for it. */
export function typedInto(field: FieldText, keys: readonly TypedKey[]): FieldText & { submitted: boolean } {
  let now = field
  for (const { key, main } of keys) {
    if (key === 'Enter') return { ...now, submitted: true }
    now = main ? withMain(now, key) : withKey(now, key)
  }
  return { ...now, submitted: false }
}

function withMain(field: FieldText, key: string): FieldText {
  return key.toLowerCase() === 'a' ? { ...field, from: 0, to: field.text.length } : field
}

function withKey({ text, from, to }: FieldText, key: string): FieldText {
  if (key === 'Home') return { text, from: 0, to: 0 }
  if (key === 'End') return { text, from: text.length, to: text.length }
  if (key === 'Backspace') return replaced(text, from === to ? before(text, from) : from, to, '')
  if (key === 'Delete') return replaced(text, from, from === to ? after(text, to) : to, '')
  return isCharacter(key) ? replaced(text, from, to, key) : { text, from, to }
}

function replaced(text: string, from: number, to: number, by: string): FieldText {
  const at = from + by.length
  return { text: text.slice(0, from) + by + text.slice(to), from: at, to: at }
}

// One character may be two units.
const before = (text: string, at: number) => at - ([...text.slice(0, at)].at(-1)?.length ?? 0)
const after = (text: string, at: number) => at + ([...text.slice(at)][0]?.length ?? 0)

/** Keys with a name, like ArrowUp and Shift, are no characters. */
export function isCharacter(key: string): boolean {
  return [...key].length === 1
}
