/** What one device remembers about how lists look; kept in a cookie so that the server renders the same. */
export type Preferences = {
  view: 'list' | 'grid'
  sort: 'name' | 'size' | 'modified'
  direction: 'asc' | 'desc'
  density: 'compact' | 'normal' | 'roomy'
  /** What a letter alone does in a list: a command, or a jump to the name that begins with it. */
  letters: 'commands' | 'names'
  /** Of the category of images. */
  imagesView: 'list' | 'grid'
}

export const VIEW_COOKIE = 'cairn.view'
export const THEME_COOKIE = 'cairn.theme'
export type Theme = 'system' | 'light' | 'dark'

const defaults: Preferences = {
  view: 'list',
  sort: 'name',
  direction: 'asc',
  density: 'normal',
  letters: 'commands',
  imagesView: 'grid',
}
const choices = {
  view: ['list', 'grid'],
  sort: ['name', 'size', 'modified'],
  direction: ['asc', 'desc'],
  density: ['compact', 'normal', 'roomy'],
  letters: ['commands', 'names'],
  imagesView: ['list', 'grid'],
} as const

export const rowHeights: Record<Preferences['density'], number> = { compact: 32, normal: 40, roomy: 48 }

function pick<Choice extends string>(allowed: readonly Choice[], value: string | undefined, fallback: Choice): Choice {
  return allowed.find((choice) => choice === value) ?? fallback
}

/** Anything unknown in the cookie falls back to the default, part by part. */
export function parsePreferences(cookie: string | undefined): Preferences {
  const [view, sort, direction, density, letters, imagesView] = (cookie ?? '').split('.')
  return {
    view: pick(choices.view, view, defaults.view),
    sort: pick(choices.sort, sort, defaults.sort),
    direction: pick(choices.direction, direction, defaults.direction),
    density: pick(choices.density, density, defaults.density),
    letters: pick(choices.letters, letters, defaults.letters),
    imagesView: pick(choices.imagesView, imagesView, defaults.imagesView),
  }
}

export function formatPreferences(preferences: Preferences): string {
  const { view, sort, direction, density, letters, imagesView } = preferences
  return [view, sort, direction, density, letters, imagesView].join('.')
}

export function parseTheme(cookie: string | undefined): Theme {
  return pick(['system', 'light', 'dark'] as const, cookie, 'system')
}
