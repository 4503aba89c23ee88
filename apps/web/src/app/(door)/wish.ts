/** What a page is asked with. */
export type Asked = Record<string, string | string[] | undefined>

/** Where the person wants to go, and for what. */
const KEPT = ['next', 'for'] as const

/** Another door, which knows as well what the person came for. */
export function otherDoor(path: string, asked: Asked): string {
  const kept = new URLSearchParams(KEPT.flatMap((key) => (typeof asked[key] === 'string' ? [[key, asked[key]]] : [])))
  return kept.size === 0 ? path : `${path}?${kept}`
}

/** They were sent here when they wanted to save what a link holds. */
export const isToSave = (asked: Asked) => asked['for'] === 'save'
