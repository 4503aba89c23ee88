export type KeyPress = {
  key: string
  shift: boolean
  alt: boolean
  /** Ctrl, on Apple computers ⌘. */
  main: boolean
}

export type Command =
  /** `keep`: the focus alone goes, the selection stays as it is. */
  | { type: 'move'; by: 'row' | 'page' | 'column'; direction: 1 | -1; extend: boolean; keep: boolean }
  | { type: 'edge'; direction: 1 | -1; extend: boolean }
  | { type: 'letter'; letter: string }
  | { type: 'go'; to: GoTarget }
  | { type: SimpleCommand }

export type GoTarget = 'drive' | 'recent' | 'favourites' | 'shared' | 'trash'

export type SimpleCommand =
  | 'toggle'
  | 'open'
  | 'parent'
  | 'selectAll'
  | 'escape'
  | 'rename'
  | 'trash'
  | 'undo'
  | 'redo'
  | 'copyHere'
  | 'remove'
  | 'uploadFiles'
  | 'uploadFolder'
  | 'newFolder'
  | 'moveTo'
  | 'download'
  | 'switchView'
  | 'menu'
  | 'share'
  | 'tags'
  | 'favourite'
  | 'details'
  | 'palette'
  | 'editPath'
  | 'help'

const plain: Record<string, SimpleCommand> = {
  ' ': 'toggle',
  Enter: 'open',
  Backspace: 'parent',
  Escape: 'escape',
  F2: 'rename',
  Delete: 'trash',
  ContextMenu: 'menu',
  u: 'uploadFiles',
  m: 'moveTo',
  v: 'switchView',
  s: 'share',
  t: 'tags',
  f: 'favourite',
  i: 'details',
  '/': 'palette',
  '?': 'help',
}
const shifted: Record<string, SimpleCommand> = {
  u: 'uploadFolder',
  n: 'newFolder',
  d: 'download',
  f10: 'menu',
  Delete: 'remove',
  '?': 'help',
}
const main: Record<string, SimpleCommand> = {
  a: 'selectAll',
  z: 'undo',
  Backspace: 'trash',
  k: 'palette',
  d: 'copyHere',
  l: 'editPath',
}
const mainShifted: Record<string, SimpleCommand> = { z: 'redo' }

const steps: Record<string, { by: 'row' | 'page' | 'column'; direction: 1 | -1 }> = {
  ArrowDown: { by: 'row', direction: 1 },
  ArrowUp: { by: 'row', direction: -1 },
  ArrowRight: { by: 'column', direction: 1 },
  ArrowLeft: { by: 'column', direction: -1 },
  PageDown: { by: 'page', direction: 1 },
  PageUp: { by: 'page', direction: -1 },
}

const afterG: Record<string, GoTarget> = { d: 'drive', r: 'recent', f: 'favourites', s: 'shared', t: 'trash' }

/** Where G and then this letter leads. */
export function goCommand({ key, shift, alt, main: withMain }: KeyPress): Command | null {
  const to = shift || alt || withMain ? undefined : afterG[key.toLowerCase()]
  return to === undefined ? null : { type: 'go', to }
}

/**
 * What a key means while the list has the focus; null: nothing, the browser keeps it. Without `letters`, a letter alone
 * is never a command: it jumps to a name.
 */
export function commandOf({ key, shift, alt, main: withMain }: KeyPress, letters = true): Command | null {
  if (alt) return key === 'ArrowUp' ? { type: 'parent' } : null
  const step = steps[key]
  if (step !== undefined && !(withMain && (shift || step.by === 'page'))) {
    return { type: 'move', ...step, extend: shift, keep: withMain }
  }
  if (key === 'Home' || key === 'End') return { type: 'edge', direction: key === 'End' ? 1 : -1, extend: shift }
  const name = key.length === 1 || key === 'F10' ? key.toLowerCase() : key
  const simple = tableFor(shift, withMain)[name]
  const isLetter = !withMain && /^[\p{L}\p{N}/?]$/u.test(key)
  if (simple !== undefined && (letters || !isLetter)) return { type: simple }
  return !withMain && /^[\p{L}\p{N}]$/u.test(key) ? { type: 'letter', letter: key } : null
}

function tableFor(shift: boolean, withMain: boolean): Record<string, SimpleCommand> {
  if (withMain) return shift ? mainShifted : main
  return shift ? shifted : plain
}
