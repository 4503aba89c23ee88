/** Text that this browser keeps for the site. One that keeps nothing (a private window) throws at any touch: then none is kept. */
export function keptText(key: string): string | null {
  return touch((storage) => storage.getItem(key)) ?? null
}

export function keepText(key: string, text: string): void {
  touch((storage) => storage.setItem(key, text))
}

export function dropText(key: string): void {
  touch((storage) => storage.removeItem(key))
}

function touch<Value>(act: (storage: Storage) => Value): Value | null {
  try {
    return act(localStorage)
  } catch (error) {
    if (error instanceof DOMException) return null
    throw error
  }
}
