import { type DBSchema, type IDBPDatabase, openDB, unwrap } from 'idb'
import type { Conflict } from '../../lib/entries/conflict.ts'
import { hintAtUploads, withdrawHint } from './upload-hint.ts'
import type { Job } from './upload-job.ts'

/** What a file is read from again after the page was closed: a handle of the browser, or the file itself. */
export type FileSource = FileSystemHandle | File

/** What this device keeps about an upload, so that it can go on after the page was closed. */
export type RememberedUpload = {
  key: string
  /** The tab that works on it. */
  tab: string
  uploadId: string | null
  name: string
  size: number
  lastModified: number
  folderId: string
  folderLabel: string
  path: string
  conflict: Conflict
  /** Older records do not say it. */
  once?: boolean
  onDisk?: Pick<Job, 'name' | 'path'>
  probe: string | null
  sent: number
  /** Number of its source, which many files of a folder share. */
  source: number | null
}

interface Schema extends DBSchema {
  files: { key: string; value: RememberedUpload }
  sources: { key: number; value: FileSource }
}

/** One for each person: on a shared computer nobody goes on with what somebody else began. */
const DATABASE = 'cairn-uploads '
const VERSION = 1
/** So many records in one transaction, so that the page can do something else in between. */
const BATCH = 250
/** What is stored is forgotten together with what follows soon: a transaction for each of many small files slows them down. */
const FORGET_MS = 250

/** Uploads in IndexedDB. Where there is none (a private window), nothing is remembered and nothing else changes. */
export class UploadMemory {
  readonly #person: string
  readonly #tab: string
  #opened: Promise<IDBPDatabase<Schema> | null> | null = null
  #unneeded = new Set<string>()
  /** Writes of many are under way, and what of them was forgotten meanwhile. */
  #writes = 0
  readonly #outdated = new Set<string>()
  #forgetting: Promise<void> | null = null

  constructor(person: string, tab: string) {
    this.#person = person
    this.#tab = tab
  }

  async remember(jobs: readonly Job[]): Promise<void> {
    await this.#write(jobs.map((job) => rememberedOf(job, this.#tab)))
  }

  /** Soon; a page that is closed before finds out that the server waits for them no more. */
  forget(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      this.#unneeded.add(key)
      if (this.#writes > 0) this.#outdated.add(key)
    }
    this.#forgetting ??= new Promise((resolve) => setTimeout(resolve, FORGET_MS)).then(() => this.#forgetNow())
    return this.#forgetting
  }

  /** Keeps a handle or a file for the uploads that are read from it. Null: it cannot be kept. */
  async keepSource(source: FileSource): Promise<number | null> {
    const database = await this.#open()
    return (await database?.add('sources', source).catch(ignoreUnkept)) ?? null
  }

  async source(key: number): Promise<FileSource | null> {
    return (await (await this.#open())?.get('sources', key)) ?? null
  }

  /** The uploads of tabs that are not there any more. */
  async left(alive: ReadonlySet<string>): Promise<RememberedUpload[]> {
    return ((await (await this.#open())?.getAll('files')) ?? []).filter(({ tab }) => !alive.has(tab))
  }

  /**
   * From now on these are this tab's: as they are now, since this tab may work on them already. Call it in one tab at a
   * time, from the look at what is left on.
   */
  async takeOver(left: readonly RememberedUpload[]): Promise<void> {
    const keys = left.map(({ key }) => key).toSorted()
    for (const batch of batchesOf(keys)) {
      const wanted = new Set(batch)
      await this.#change(async (database) => {
        const files = database.transaction('files', 'readwrite')
        const found = await files.store.getAll(IDBKeyRange.bound(batch[0], batch.at(-1)))
        const ours = found.filter(({ key, tab }) => wanted.has(key) && tab !== this.#tab)
        await Promise.all([...ours.map((upload) => files.store.put({ ...upload, tab: this.#tab })), files.done])
      })
    }
  }

  /** Lets go of sources that no upload needs, and of the hint when there is none at all. */
  async tidy(): Promise<void> {
    await this.#forgetting
    await this.#change(async (database) => {
      const files = await database.getAll('files')
      const used = new Set(files.map(({ source }) => source))
      const sources = await database.getAllKeys('sources')
      await Promise.all(sources.filter((key) => !used.has(key)).map((key) => database.delete('sources', key)))
      if (files.length === 0) withdrawHint(this.#person)
    })
  }

  async #forgetNow(): Promise<void> {
    const keys = [...this.#unneeded]
    this.#unneeded = new Set()
    this.#forgetting = null
    for (const batch of batchesOf(keys)) {
      await this.#change(async (database) => {
        const files = database.transaction('files', 'readwrite')
        const store = unwrap(files.store)
        for (const key of batch) store.delete(key)
        await files.done
      })
    }
  }

  async #write(uploads: readonly RememberedUpload[]): Promise<void> {
    if (uploads.length > 0) hintAtUploads(this.#person)
    for (const { key } of uploads) {
      this.#unneeded.delete(key)
      this.#outdated.delete(key)
    }
    this.#writes += 1
    for (const batch of batchesOf(uploads)) {
      await this.#change(async (database) => {
        const files = database.transaction('files', 'readwrite')
        // The transaction tells whether all went well: a promise for each of a thousand takes longer than they do.
        const store = unwrap(files.store)
        for (const upload of batch) if (!this.#outdated.has(upload.key)) store.put(upload)
        await files.done
      })
    }
    this.#writes -= 1
    if (this.#writes === 0) this.#outdated.clear()
  }

  async #change(act: (database: IDBPDatabase<Schema>) => Promise<void>): Promise<void> {
    const database = await this.#open()
    if (database !== null) await act(database).catch(ignoreUnkept)
  }

  #open(): Promise<IDBPDatabase<Schema> | null> {
    this.#opened ??= openDB<Schema>(DATABASE + this.#person, VERSION, {
      upgrade: (database) => {
        database.createObjectStore('files', { keyPath: 'key' })
        database.createObjectStore('sources', { autoIncrement: true })
      },
    }).catch(() => null)
    return this.#opened
  }
}

function* batchesOf<Each>(all: readonly Each[]): Generator<Each[]> {
  for (let first = 0; first < all.length; first += BATCH) yield all.slice(first, first + BATCH)
}

// A full disk, or a handle that cannot be stored, only means that these uploads do not go on after a reload.
function ignoreUnkept(error: unknown): undefined {
  if (!(error instanceof DOMException)) throw error
}

function rememberedOf(job: Job, tab: string): RememberedUpload {
  const { id, name, size, lastModified, folderId, folderLabel, path, conflict, once, onDisk, probe, source } = job
  return {
    key: id,
    tab,
    // What another page has begun is that page's to remember.
    uploadId: job.ofOther ? null : job.uploadId,
    name,
    size,
    lastModified,
    folderId,
    folderLabel,
    path,
    conflict,
    once,
    ...(onDisk === undefined ? {} : { onDisk }),
    probe,
    sent: job.sent - job.ahead,
    source,
  }
}
