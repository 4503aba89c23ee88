import { type FSWatcher, readFileSync, statSync, watch } from 'node:fs'
import { dirname } from 'node:path'
import {
  type KeyRing,
  openStorageKeys,
  type PayloadOf,
  type StorageKeyRings,
  TicketError,
  verify,
} from '@cairn/dfs-core/tickets'
import type { Identity } from '@cairn/dfs-http'
import type { Logger } from '../handlers/context.ts'

/** Who this storage is, to those who bring tickets. */
export interface StorageIdentity extends Identity {
  /** null: no tickets are known here. */
  keys: KeysFile | null
}

/** Keys of this storage as the file says now; it may be replaced at any time. */
export class KeysFile {
  readonly #path: string
  readonly #logger: Logger
  readonly #watcher: FSWatcher
  #keys: StorageKeyRings
  #version: string

  /** Throws when the file is missing or cannot be understood: without keys nothing can be served. */
  constructor(path: string, logger: Logger) {
    this.#path = path
    this.#logger = logger
    this.#version = versionOf(path)
    this.#keys = openStorageKeys(readFileSync(path, 'utf8'))
    // The folder, because a new file takes the place of the old one.
    this.#watcher = watch(dirname(path), { persistent: false }, () => this.#refresh())
    this.#watcher.on('error', (error) => logger.warn({ err: error }, 'cannot watch the keys file'))
  }

  /** The kids that tickets may be signed with. */
  get kids(): readonly string[] {
    return this.#keys.kids
  }

  get receiptRing(): KeyRing {
    return this.#keys.receiptRing
  }

  /** Checks a ticket. A kid that is not known may be in a newer file that no event has told of yet. */
  verify<T extends 'up' | 'dl' | 'sv'>(token: string, type: T): PayloadOf<T> {
    try {
      return this.#verify(token, type)
    } catch (error) {
      if (error instanceof TicketError && error.code === 'unknown_key' && this.#refresh())
        return this.#verify(token, type)
      throw error
    }
  }

  close(): void {
    this.#watcher.close()
  }

  #verify<T extends 'up' | 'dl' | 'sv'>(token: string, type: T): PayloadOf<T> {
    const ring = type === 'sv' ? this.#keys.serviceRing : this.#keys.ticketRing
    return verify(token, type, ring, Math.floor(Date.now() / 1000))
  }

  /** True when there are other keys now. A file that cannot be read leaves the old ones in force. */
  #refresh(): boolean {
    try {
      const version = versionOf(this.#path)
      if (version === this.#version) return false
      this.#keys = openStorageKeys(readFileSync(this.#path, 'utf8'))
      this.#version = version
      this.#logger.info({ kids: this.#keys.kids }, 'keys were reloaded')
      return true
    } catch (error) {
      this.#logger.warn({ err: error }, 'the keys file cannot be read; the old keys stay')
      return false
    }
  }
}

function versionOf(path: string): string {
  const { ino, size, mtimeMs, ctimeMs } = statSync(path)
  return `${ino} ${size} ${mtimeMs} ${ctimeMs}`
}
