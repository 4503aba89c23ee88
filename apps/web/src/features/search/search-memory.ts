const KEPT = 5
const key = (personId: string) => `cairn.searches.${personId}`

/** The last searches of a person in this browser, the newest first. Where nothing can be kept, there are none. */
export function keptSearches(personId: string): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key(personId)) ?? '[]')
    return Array.isArray(kept) ? kept.filter((text) => typeof text === 'string').slice(0, KEPT) : []
  } catch {
    return []
  }
}

export function keepSearch(personId: string, typed: string): void {
  const text = typed.trim()
  if (text === '') return
  const others = keptSearches(personId).filter((other) => other !== text)
  try {
    localStorage.setItem(key(personId), JSON.stringify([text, ...others].slice(0, KEPT)))
  } catch {
    // Full or forbidden: it is only a convenience.
  }
}
