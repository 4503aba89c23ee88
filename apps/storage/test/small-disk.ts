import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const TRIED = ['--mount', 'sh', '-c', 'mount -t tmpfs tmpfs /tmp']
const AS = [[], ['--user', '--map-root-user']]

/** How to run something in a mount namespace of its own, which most systems grant to everybody; undefined where they do not. */
export function mountNamespace(): readonly string[] | undefined {
  const user = AS.find((flags) => spawnSync('unshare', [...flags, ...TRIED]).status === 0)
  return user === undefined ? undefined : [...user, '--mount']
}

/** A disk that can really be full: a tmpfs in a mount namespace of its own. */
export class SmallDisk {
  /** As this process sees it. */
  readonly path: string
  readonly #folder: string
  readonly #holder: ChildProcess

  static async mount(namespace: readonly string[], size: string): Promise<SmallDisk> {
    const folder = mkdtempSync(join(tmpdir(), 'cairn-disk-'))
    const script = 'mount -t tmpfs -o "size=$2" tmpfs "$1" && echo mounted && exec cat'
    const holder = spawn('unshare', [...namespace, 'sh', '-c', script, 'sh', folder, size])
    await once(holder.stdout, 'data')
    return new SmallDisk(folder, holder)
  }

  private constructor(folder: string, holder: ChildProcess) {
    this.#folder = folder
    this.#holder = holder
    this.path = join(`/proc/${holder.pid}/root`, folder)
  }

  async close(): Promise<void> {
    const gone = once(this.#holder, 'exit')
    this.#holder.kill()
    await gone
    rmSync(this.#folder, { recursive: true })
  }
}

/** Fills the disk that a new file is on to its last byte. */
export function fillDisk(path: string): void {
  const fd = openSync(path, 'w')
  const piece = Buffer.alloc(64 * 1024)
  try {
    for (let size = piece.length; size >= 1; size = Math.floor(size / 2)) {
      try {
        for (;;) writeSync(fd, piece, 0, size)
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
      }
    }
  } finally {
    closeSync(fd)
  }
}
