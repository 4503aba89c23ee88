/** What this device keeps about an upload, so that it can go on after the page was closed. */
export type RememberedUpload = {
  uploadId: string
  name: string
  size: number
  lastModified: number
  folderId: string
  folderLabel: string
  path: string
  sent: number
}

const DATABASE = 'cairn-uploads'
const STORE = 'uploads'

/** Uploads in IndexedDB. Where there is none (a private window), nothing is remembered and nothing else changes. */
export class UploadMemory {
  #opened: Promise<IDBDatabase | null> | null = null

  async remember(uploads: readonly RememberedUpload[]): Promise<void> {
    await this.#change((store) => {
      for (const upload of uploads) store.put(upload)
    })
  }

  async forget(uploadIds: readonly string[]): Promise<void> {
    await this.#change((store) => {
      for (const uploadId of uploadIds) store.delete(uploadId)
    })
  }

  async all(): Promise<RememberedUpload[]> {
    const database = await this.#open()
    if (database === null) return []
    const request: IDBRequest<RememberedUpload[]> = database.transaction(STORE).objectStore(STORE).getAll()
    return new Promise((resolve) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => resolve([])
    })
  }

  async #change(act: (store: IDBObjectStore) => void): Promise<void> {
    const database = await this.#open()
    if (database === null) return
    const transaction = database.transaction(STORE, 'readwrite')
    act(transaction.objectStore(STORE))
    await new Promise<void>((resolve) => {
      transaction.oncomplete = () => resolve()
      // A full disk only means that this upload cannot go on after a reload.
      transaction.onabort = () => resolve()
    })
  }

  #open(): Promise<IDBDatabase | null> {
    this.#opened ??= new Promise((resolve) => {
      if (!('indexedDB' in globalThis)) return resolve(null)
      const request = indexedDB.open(DATABASE, 1)
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'uploadId' })
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => resolve(null)
    })
    return this.#opened
  }
}
