import { isCharacter, type TypedKey, typedInto } from './typed-ahead.ts'

// A dialog that did not come must not keep the keyboard.
const HELD_MS = 10_000
const editing: ReadonlySet<string> = new Set(['Enter', 'Backspace', 'Delete', 'Home', 'End'])

let held: { keys: TypedKey[]; end: () => void } | null = null

/**
 * Keeps what is typed from now on for a field that is on its way: parts of the page come when they are opened, and
 * whoever knows the keys does not wait for them. Escape and the pointer end it.
 */
export function holdKeys(): void {
  held?.end()
  const keys: TypedKey[] = []
  const press = (event: KeyboardEvent) => {
    const { key, ctrlKey, metaKey, altKey, isComposing } = event
    const main = ctrlKey || metaKey
    if (key === 'Escape') held?.end()
    // Words that are being composed need a field; what the browser does with its own keys is left to it.
    if (altKey || isComposing || !(isCharacter(key) || editing.has(key))) return
    if (main && key.toLowerCase() !== 'a') return
    event.preventDefault()
    event.stopImmediatePropagation()
    keys.push({ key, main })
  }
  const end = () => {
    window.removeEventListener('keydown', press, true)
    window.removeEventListener('pointerdown', end, true)
    clearTimeout(timer)
    held = null
  }
  const timer = setTimeout(end, HELD_MS)
  window.addEventListener('keydown', press, true)
  window.addEventListener('pointerdown', end, true)
  held = { keys, end }
}

/** The field is there: it gets what was typed meanwhile, and the keys that follow. */
export function releaseKeys(field: HTMLInputElement): void {
  const keys = held?.keys ?? []
  held?.end()
  if (keys.length === 0) return
  const before = { text: field.value, from: field.selectionStart ?? 0, to: field.selectionEnd ?? field.value.length }
  const { text, from, to, submitted } = typedInto(before, keys)
  field.setRangeText(text, 0, field.value.length, 'end')
  field.setSelectionRange(from, to)
  field.dispatchEvent(new Event('input', { bubbles: true }))
  if (!submitted) return
  const enter = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true })
  if (field.dispatchEvent(enter)) field.form?.requestSubmit()
}
