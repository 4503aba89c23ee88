import { afterEach, beforeEach } from 'vitest'
import {
  createWebKeys,
  newFolder,
  removeFolder,
  startWebStorage,
  type WebKeys,
  type WebStorage,
  type WebStorageOptions,
} from './web-storage.ts'

/** `folder`: another one than the test's own. */
type Options = Partial<WebStorageOptions>

/** Each test of the file gets a storage of its own, in a new folder. */
export function ownWebStorage(): OwnWebStorage {
  const used = new OwnWebStorage()
  beforeEach(() => used.begin())
  afterEach(() => used.end())
  return used
}

class OwnWebStorage {
  #folder = ''
  #web: WebKeys | null = null
  #storage: WebStorage | null = null
  /** What the storages of this test have logged. */
  log: string[] = []

  get folder(): string {
    return this.#folder
  }

  get web(): WebKeys {
    if (this.#web === null) throw new Error('no test is running')
    return this.#web
  }

  get storage(): WebStorage {
    if (this.#storage === null) throw new Error('the storage is not running')
    return this.#storage
  }

  get port(): number {
    return this.storage.http.port
  }

  async begin(): Promise<void> {
    this.#folder = newFolder()
    this.#web = createWebKeys(this.#folder)
    this.log = []
    await this.start()
  }

  async start(options: Options = {}): Promise<void> {
    const onLog = (line: string) => this.log.push(line)
    this.#storage = await startWebStorage({ folder: this.#folder, onLog, ...options })
  }

  async stop(): Promise<void> {
    await this.#storage?.close()
    this.#storage = null
  }

  async restart(options: Options = {}): Promise<void> {
    await this.stop()
    await this.start(options)
  }

  async end(): Promise<void> {
    await this.stop()
    removeFolder(this.#folder)
  }
}
