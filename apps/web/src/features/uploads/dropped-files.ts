import type { ChosenFile } from './upload-job.ts'

type Dropped = {
  files: ChosenFile[]
  /** Folders that hold nothing, 'a/b': uploads make folders for files only. */
  emptyFolders: string[]
  unreadable: number
}

/** Hears how many files were found so far; false: nobody wants them any more. */
type OnFound = (files: number) => boolean

/** What a drop holds; null when nobody wants it any more. Must be called inside the drop event; the folders are read afterwards. */
export function readDrop(transfer: DataTransfer, onFound: OnFound): Promise<Dropped | null> {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file')
  const roots = items.map((item): Root => ({ entry: item.webkitGetAsEntry(), handle: handleOf(item) }))
  if (roots.some(({ entry }) => entry !== null)) return walk(roots, onFound)
  return withOrigins([...transfer.files], roots)
}

/** Something that was dropped. The handle, where the browser gives one, is what a later page reads it from. */
type Root = { entry: FileSystemEntry | null; handle: Promise<FileSystemHandle | null> }
type HandleGiver = { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> }

/** Browsers ask people about some folders, and may never say what came of it: uploads do not wait for that. */
const HANDLE_MS = 1_000

function handleOf(item: DataTransferItem & HandleGiver): Promise<FileSystemHandle | null> {
  return item.getAsFileSystemHandle?.().catch(() => null) ?? Promise.resolve(null)
}

/** Null: it has none, or it is too late. Then a later page has to be given the files again. */
function ofNow(handle: Promise<FileSystemHandle | null>): Promise<FileSystemHandle | null> {
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), HANDLE_MS))
  return Promise.race([handle, late])
}

async function withOrigins(files: readonly File[], roots: readonly Root[]): Promise<Dropped> {
  const handles = await Promise.all(roots.map(({ handle }) => ofNow(handle)))
  const chosen = chosenFiles(files).map((each, index) => ({ ...each, ...originOf(handles[index] ?? null) }))
  return { files: chosen, emptyFolders: [], unreadable: 0 }
}

function originOf(origin: FileSystemHandle | null): { origin?: FileSystemHandle } {
  return origin === null ? {} : { origin }
}

/** The files of an input. With `webkitdirectory` each knows the folders it lies in. */
export function chosenFiles(files: Iterable<File>): ChosenFile[] {
  return [...files].map((file) => ({ file, path: foldersOf(file.webkitRelativePath ?? '') }))
}

function foldersOf(relativePath: string): string {
  const end = relativePath.lastIndexOf('/')
  return end < 0 ? '' : relativePath.slice(0, end)
}

async function walk(roots: readonly Root[], onFound: OnFound): Promise<Dropped | null> {
  const dropped: Dropped = { files: [], emptyFolders: [], unreadable: 0 }
  const visit = new Visit(dropped, onFound)
  for (const { entry, handle } of roots) {
    if (entry === null) continue
    const first = dropped.files.length
    if (!(await visit.all([entry], ''))) return null
    const origin = originOf(await ofNow(handle))
    for (const file of dropped.files.slice(first)) Object.assign(file, origin)
  }
  return dropped
}

/** Collects what lies in folders. One unreadable item (a broken link, no permission) does not stop the rest. */
class Visit {
  readonly #dropped: Dropped
  readonly #onFound: OnFound

  constructor(dropped: Dropped, onFound: OnFound) {
    this.#dropped = dropped
    this.#onFound = onFound
  }

  /** The browser asks another process for each file: all of a batch at once. False: nobody wants them any more. */
  async all(entries: readonly FileSystemEntry[], path: string): Promise<boolean> {
    const opened = entries.map((entry) => (isFile(entry) ? openedFile(entry) : null))
    for (const [index, entry] of entries.entries()) {
      if (isFolder(entry)) {
        if (!(await this.#folder(entry, path === '' ? entry.name : `${path}/${entry.name}`))) return false
      } else this.#take((await opened[index]) ?? null, path)
    }
    return this.#onFound(this.#dropped.files.length)
  }

  async #folder(folder: FileSystemDirectoryEntry, path: string): Promise<boolean> {
    const before = this.#count()
    const reader = folder.createReader()
    // Browsers hand out a hundred entries at a time; an empty batch is the end.
    let batch = await nextBatch(reader)
    for (; batch !== null && batch.length > 0; batch = await nextBatch(reader)) {
      if (!(await this.all(batch, path))) return false
    }
    if (batch === null) this.#take(null, path)
    else if (before === this.#count()) this.#dropped.emptyFolders.push(path)
    return true
  }

  #take(file: File | null, path: string): void {
    if (file === null) this.#dropped.unreadable += 1
    else this.#dropped.files.push({ file, path })
  }

  #count(): number {
    const { files, emptyFolders, unreadable } = this.#dropped
    return files.length + emptyFolders.length + unreadable
  }
}

/** Null: it cannot be read. */
function nextBatch(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[] | null> {
  return new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject)).catch(unreadable)
}

/** Null: it cannot be read. */
function openedFile(entry: FileSystemFileEntry): Promise<File | null> {
  return new Promise<File>((resolve, reject) => entry.file(resolve, reject)).catch(unreadable)
}

function unreadable(error: unknown): null {
  if (error instanceof DOMException) return null
  throw error
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}

/** Screenshots arrive as "image.png": they get the moment as their name. */
export function pastedFiles(files: Iterable<File>, now: Date): ChosenFile[] {
  return [...files].map((file, index) => {
    if (file.name !== 'image.png') return { file, path: '' }
    return onlyHere(file, `${momentName(now)}${index === 0 ? '' : ` (${index + 1})`}.png`, now)
  })
}

/** A camera calls every picture "image.jpg", or by a long number: it gets the moment as its name. */
export function photographed(file: File, now: Date): ChosenFile {
  const dot = file.name.lastIndexOf('.')
  const extension = dot < 0 ? '.jpg' : file.name.slice(dot).toLowerCase()
  return onlyHere(file, `${momentName(now)}${extension}`, now)
}

/** It is on no disk, so that nobody could choose it again: the upload keeps it until it is stored. */
function onlyHere(content: File, name: string, now: Date): ChosenFile {
  const file = new File([content], name, { type: content.type, lastModified: now.getTime() })
  return { file, path: '', origin: file }
}

function momentName(now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
  return `${day} ${two(now.getHours())}.${two(now.getMinutes())}.${two(now.getSeconds())}`
}
