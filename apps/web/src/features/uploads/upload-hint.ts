const HINT = 'cairn.uploads'

/** Whether an earlier page left something: known without opening a database. */
export function somethingIsLeft(): boolean {
  return touch((storage) => storage.getItem(HINT) !== null) ?? false
}

export function hintAtUploads(): void {
  touch((storage) => storage.setItem(HINT, '1'))
}

export function withdrawHint(): void {
  touch((storage) => storage.removeItem(HINT))
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
