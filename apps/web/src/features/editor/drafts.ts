import { type DBSchema, type IDBPDatabase, openDB } from 'idb'

/** What was written and not saved. `sha256`: the content that the writing began with. */
export type Draft = { id: string; text: string; sha256: string; at: number }

interface Schema extends DBSchema {
  drafts: { key: string; value: Draft }
}

const DATABASE = 'cairn-drafts '
const KEPT_MS = 30 * 24 * 3_600_000

/**
 * Unsaved texts of one person on this device, in IndexedDB: a page that crashes loses nothing. Where there is none (a
 * private window), nothing is kept, and leaving asks as everywhere.
 */
export class Drafts {
  readonly #person: string
  #opened: Promise<IDBPDatabase<Schema> | null> | null = null

  constructor(person: string) {
    this.#person = person
  }

  async find(id: string): Promise<Draft | null> {
    return (await this.#touch((database) => database.get('drafts', id))) ?? null
  }

  async keep(draft: Draft): Promise<void> {
    await this.#touch((database) => database.put('drafts', draft))
  }

  async drop(id: string): Promise<void> {
    await this.#touch((database) => database.delete('drafts', id))
  }

  /** Drops what nobody came back to. */
  async tidy(): Promise<void> {
    const old = Date.now() - KEPT_MS
    await this.#touch(async (database) => {
      const drafts = await database.getAll('drafts')
      await Promise.all(drafts.filter(({ at }) => at < old).map(({ id }) => database.delete('drafts', id)))
    })
  }

  async #touch<Value>(act: (database: IDBPDatabase<Schema>) => Promise<Value>): Promise<Value | undefined> {
    this.#opened ??= openDB<Schema>(DATABASE + this.#person, 1, {
      upgrade: (database) => {
        database.createObjectStore('drafts', { keyPath: 'id' })
      },
    }).catch(() => null)
    const database = await this.#opened
    try {
      return database === null ? undefined : await act(database)
    } catch (error) {
      // A full disk, or a browser that keeps nothing: the text is on the screen.
      if (error instanceof DOMException) return undefined
      throw error
    }
  }
}
