import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { mkdir, open, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Replaces a small file: temporary name, fsync, rename, fsync of the folder. Readers see the old or the new text. */
export function replaceFile(path: string, content: string | Buffer): void {
  const temporary = `${path}.tmp`
  const fd = openSync(temporary, 'w', 0o644)
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    writeAll(fd, bytes)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(temporary, path)
  syncFolder(dirname(path))
}

/** Writes a file that must not exist yet. A failed write leaves nothing. */
export function writeNewFile(path: string, content: Buffer): void {
  const fd = openSync(path, 'wx', 0o644)
  try {
    if (content.length > 0) writeAll(fd, content)
  } catch (error) {
    unlinkSync(path)
    throw error
  } finally {
    closeSync(fd)
  }
}

/** As `writeNewFile`, in the thread pool. */
export async function writeNewFileLater(path: string, content: Buffer): Promise<void> {
  const file = await open(path, 'wx', 0o644)
  try {
    await file.writeFile(content)
  } catch (error) {
    await unlink(path)
    throw error
  } finally {
    await file.close()
  }
}

/** Removes a file; false when there is none. */
export function removeIfAny(path: string): boolean {
  try {
    unlinkSync(path)
    return true
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false
    throw error
  }
}

/** As `removeIfAny`, in the thread pool. */
export async function removeIfAnyLater(path: string): Promise<boolean> {
  try {
    await unlink(path)
    return true
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false
    throw error
  }
}

/** Writes every byte at the file's position (or its end, with O_APPEND): write(2) may take fewer than it is given. */
export function writeAll(fd: number, bytes: Buffer): void {
  let written = writeSync(fd, bytes, 0, bytes.length)
  while (written < bytes.length) written += writeSync(fd, bytes, written, bytes.length - written)
}

/**
 * Appends all bytes or none to a file that had `size` of them: half a line would stand in front of the next one. Nobody
 * else may write to it meanwhile.
 */
export function appendWhole(fd: number, size: number, bytes: Buffer): void {
  try {
    writeAll(fd, bytes)
  } catch (error) {
    if (fstatSync(fd).size > size) ftruncateSync(fd, size)
    throw error
  }
}

/** Makes the entries of a folder durable. */
export function syncFolder(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** The text of a file, or null when there is none. */
export function readFileIfAny(path: string): string | null {
  return readBytesIfAny(path)?.toString('utf8') ?? null
}

/** As `readFileIfAny`, for what is not made a text as a whole. */
export function readBytesIfAny(path: string): Buffer | null {
  try {
    return readFileSync(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
}

/** As `makeFolder`, in the thread pool. */
export async function makeFolderLater(path: string): Promise<void> {
  try {
    await mkdir(path, 0o755)
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'EEXIST')) throw error
    await mkdir(path, { recursive: true, mode: 0o755 })
  }
}

/** Makes a folder with its parents; fine when it is there. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, 0o755)
  } catch (error) {
    // Other errors as they are: with parents Node.js calls a folder missing that it could not make on a read-only disk.
    if (!isErrno(error, 'ENOENT', 'EEXIST')) throw error
    mkdirSync(path, { recursive: true, mode: 0o755 })
  }
}

export function isErrno(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)
}
