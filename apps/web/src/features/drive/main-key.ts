import { useHydrated } from '../../components/use-hydrated.ts'

/** A server knows nobody's keyboard. */
const isApple = () => typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent)

/** How the main key is called here: Ctrl, on Apple computers ⌘. */
export function mainKey(): string {
  return isApple() ? '⌘' : 'Ctrl'
}

/** The same for what is in the page that the server sends: Ctrl until the page has come to life. */
export function useMainKey(): string {
  return useHydrated() && isApple() ? '⌘' : 'Ctrl'
}
