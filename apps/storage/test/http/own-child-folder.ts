import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { bundleChild, startChild } from './child-process.ts'
import { createWebKeys, newFolder, removeFolder, type WebKeys } from './web-storage.ts'

/** Each test of the file gets a new folder, on which it starts storages as processes of their own, to be killed. */
export function ownChildFolder(): OwnChildFolder {
  const used = new OwnChildFolder()
  beforeAll(async () => {
    used.bundle = await bundleChild()
  })
  afterAll(() => removeFolder(used.bundle.folder))
  beforeEach(() => used.begin())
  afterEach(() => removeFolder(used.folder))
  return used
}

class OwnChildFolder {
  bundle = { folder: '', path: '' }
  folder = ''
  #web: WebKeys | null = null

  get web(): WebKeys {
    if (this.#web === null) throw new Error('no test is running')
    return this.#web
  }

  begin(): void {
    this.folder = newFolder()
    this.#web = createWebKeys(this.folder)
  }

  start(deadlyStep = '', durability = 'group') {
    return startChild(this.bundle.path, this.folder, deadlyStep, durability)
  }
}
