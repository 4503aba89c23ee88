const HINT = 'cairn.uploads.'

/** Whether an earlier page left something of this person: known without opening a database. */
export function somethingIsLeft(personId: string): boolean {
  return touch((storage) => storage.getItem(HINT + personId) !== null) ?? false
}

export function hintAtUploads(personId: string): void {
  touch((storage) => storage.setItem(HINT + personId, '1'))
}

export function withdrawHint(personId: string): void {
  touch((storage) => storage.removeItem(HINT + personId))
}

/** Browsers that keep nothing for this site throw at any touch of its storage. */
function touch<Value>(act: (storage: Storage) => Value): Value | null {
  try {
    return act(localStorage)
  } catch (error) {
    if (error instanceof DOMException) return null
    throw error
  }
}
