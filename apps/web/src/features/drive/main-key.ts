const isApple = () => /Mac|iPhone|iPad/.test(navigator.userAgent)

/** How the main key is called here: Ctrl, on Apple computers ⌘. */
export function mainKey(): string {
  return typeof navigator !== 'undefined' && isApple() ? '⌘' : 'Ctrl'
}
