import { lookup } from 'node:dns/promises'
import { readFile, stat } from 'node:fs/promises'
import { isIP } from 'node:net'
import { ConfError } from '@cairn/dfs-core/conf'
import type { Logger } from 'pino'
import { buildStorageIds, parseStorageIds, type StorageIds } from './cluster/storage-ids.ts'

/** Reads storage_ids.conf and resolves its host names. ConfError or StorageIdsError name file, line and value. */
export async function loadStorageIds(file: string): Promise<StorageIds> {
  const entries = parseStorageIds(await readText(file), file)
  for (const entry of entries) {
    for (const [index, host] of entry.hosts.entries()) {
      if (isIP(host) !== 0) continue
      try {
        entry.hosts[index] = (await lookup(host)).address
      } catch (cause) {
        throw new ConfError(`${file}: id ${entry.id}: the host ${host} is not found`, { cause })
      }
    }
  }
  return buildStorageIds(entries, file)
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfError(`storage_ids_filename = ${file}: ${reason}`, { cause })
  }
}

/**
 * Notices that storage_ids.conf has changed, so that members and groups can be added while the tracker runs. A file that
 * cannot be read changes nothing and is said once.
 */
export class StorageIdsWatch {
  readonly #file: string
  readonly #logger: Logger
  readonly #changed: (ids: StorageIds) => void
  #seen: string | null = null
  #problem: string | null = null
  #running: Promise<void> | null = null

  constructor(file: string, logger: Logger, changed: (ids: StorageIds) => void) {
    this.#file = file
    this.#logger = logger
    this.#changed = changed
  }

  /** Meant to be called every second; the first time it only remembers how the file is. */
  look(): Promise<void> {
    this.#running ??= this.#look()
      .catch((error) => this.#report(error))
      .finally(() => {
        this.#running = null
      })
    return this.#running
  }

  #report(error: unknown): void {
    const problem = String(error)
    if (problem === this.#problem) return
    this.#problem = problem
    this.#logger.error({ err: error }, 'storage_ids.conf was not read again')
  }

  async #look(): Promise<void> {
    const { ino, mtimeMs, size } = await stat(this.#file)
    const state = `${ino} ${mtimeMs} ${size}`
    if (state === this.#seen) return
    const isFirst = this.#seen === null
    this.#seen = state
    if (isFirst) return
    const ids = await loadStorageIds(this.#file)
    this.#problem = null
    this.#logger.info({ file: this.#file, ids: ids.entries.length }, 'storage_ids.conf has changed')
    this.#changed(ids)
  }
}
