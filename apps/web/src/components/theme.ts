import { rememberInCookie } from './cookie.ts'
import { THEME_COOKIE, type Theme } from './preferences.ts'

/** Switches the page at once and remembers the choice. */
export function applyTheme(theme: Theme): void {
  rememberInCookie(THEME_COOKIE, theme)
  showTheme(theme)
}

export function showTheme(theme: Theme): void {
  const dark = theme === 'dark' || (theme === 'system' && window.matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.classList.toggle('dark', dark)
}
