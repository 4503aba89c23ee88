import type { ChosenFile } from './upload-job.ts'

export type Dropped = {
  files: ChosenFile[]
  /** Folders that hold nothing, 'a/b': uploads make folders for files only. */
  emptyFolders: string[]
  unreadable: number
}

/** What a drop holds. Must be called inside the drop event; the folders are read afterwards. */
export function readDrop(transfer: DataTransfer): Promise<Dropped> {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file')
  const roots = items.map((item): Root => ({ entry: item.webkitGetAsEntry(), handle: handleOf(item) }))
  if (roots.some(({ entry }) => entry !== null)) return walk(roots)
  return withOrigins([...transfer.files], roots)
}

/** Something that was dropped. The handle, where the browser gives one, is what a later page reads it from. */
type Root = { entry: FileSystemEntry | null; handle: Promise<FileSystemHandle | null> }
type HandleGiver = { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> }

function handleOf(item: DataTransferItem & HandleGiver): Promise<FileSystemHandle | null> {
  return item.getAsFileSystemHandle?.().catch(() => null) ?? Promise.resolve(null)
}

async function withOrigins(files: readonly File[], roots: readonly Root[]): Promise<Dropped> {
  const handles = await Promise.all(roots.map(({ handle }) => handle))
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

async function walk(roots: readonly Root[]): Promise<Dropped> {
  const dropped: Dropped = { files: [], emptyFolders: [], unreadable: 0 }
  for (const { entry, handle } of roots) {
    if (entry === null) continue
    const first = dropped.files.length
    await visit(entry, '', dropped)
    const origin = originOf(await handle)
    for (const file of dropped.files.slice(first)) Object.assign(file, origin)
  }
  return dropped
}

async function visit(entry: FileSystemEntry, path: string, dropped: Dropped): Promise<void> {
  try {
    if (isFile(entry)) dropped.files.push({ file: await fileOf(entry), path })
    else if (isFolder(entry)) await visitFolder(entry, path === '' ? entry.name : `${path}/${entry.name}`, dropped)
  } catch (error) {
    // One unreadable item (a broken link, no permission) must not stop the rest.
    if (!(error instanceof DOMException)) throw error
    dropped.unreadable += 1
  }
}

async function visitFolder(folder: FileSystemDirectoryEntry, path: string, dropped: Dropped): Promise<void> {
  const before = dropped.files.length + dropped.emptyFolders.length + dropped.unreadable
  const reader = folder.createReader()
  // Browsers hand out a hundred entries at a time; an empty batch is the end.
  for (let batch = await nextBatch(reader); batch.length > 0; batch = await nextBatch(reader)) {
    for (const child of batch) await visit(child, path, dropped)
  }
  if (before === dropped.files.length + dropped.emptyFolders.length + dropped.unreadable)
    dropped.emptyFolders.push(path)
}

function nextBatch(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject))
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject))
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
