import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { announceChange } from '../src/disk/change-intent.ts'
import type { FileStore, ResolvedName } from '../src/disk/file-store.ts'
import type { NewName } from '../src/disk/new-name.ts'
import { StorageFiles } from '../src/storage-files.ts'
import { content, logger, testStorageConfig } from './cluster.ts'
import { testIdentity } from './identity.ts'

let folder: string
const opened: StorageFiles[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-recovery-'))
})
afterEach(async () => {
  for (const files of opened.splice(0)) await files.close()
  rmSync(folder, { recursive: true })
})

/** Opens the folder as a storage does at start. */
function open(): { files: StorageFiles; store: FileStore } {
  const files = new StorageFiles(testStorageConfig(folder, '100001', 1), logger)
  opened.push(files)
  const store = files.openStore(testIdentity)
  files.removeOrphans(store)
  return { files, store }
}

/** The process is gone without a word: its mark stays, as one of a process that does not exist. */
function die(files: StorageFiles): void {
  opened.splice(opened.indexOf(files), 1)
  const path = join(folder, 'data/.cairn-running')
  writeFileSync(path, readFileSync(path, 'latin1').replace(/^\d+ \d+ /, '999999999 1 '))
}

const create = (store: FileStore, body: Buffer, kind: 'normal' | 'appender' = 'normal') =>
  store.createWhole(body, { storePath: store.storePaths[0]!, ext: 'bin', kind })
const publish = (store: FileStore, name: NewName) =>
  new Promise<void>((resolve, reject) =>
    store.publish(name, { durability: 'none' }, (error) => (error ? reject(error) : resolve())),
  )
const log = () => readFileSync(join(folder, 'data/sync/binlog.000'), 'latin1')

describe('after a process that died', () => {
  it('a file without a record is removed, with its metadata; files with one stay', async () => {
    const { files, store } = open()
    const logged = create(store, content(100))
    await publish(store, logged)
    const orphan = create(store, content(200))
    writeFileSync(`${orphan.path}-m`, 'ent\x021')
    writeFileSync(create(store, content(300)).path, 'half of it')
    die(files)
    open()
    expect(existsSync(logged.path)).toBe(true)
    expect([existsSync(orphan.path), existsSync(`${orphan.path}-m`)]).toEqual([false, false])
    expect(readFileSync(logged.path).equals(content(100))).toBe(true)
  })

  it('nothing else is removed: not what others made, what is older, what has a second name, what is in no directory', async () => {
    const { files, store } = open()
    await publish(store, create(store, content(1)))
    const own = create(store, content(200))
    const place = (fileName: string) => {
      const path = join(dirname(own.path), fileName)
      writeFileSync(path, 'x')
      return path
    }
    const nameOf = (id: string, time: string) => own.path.slice(-34).replace(/^.{12}/, `${id}${time}`)
    const kept = [
      place(nameOf('ooYBAG', own.path.slice(-28, -22))),
      place('by-hand.txt'),
      place(own.path.slice(-34).replace(own.path.slice(-28, -24), 'AAAA')),
      join(folder, 'data/note.txt'),
    ]
    writeFileSync(kept[3]!, 'x')
    const linked = create(store, content(300))
    linkSync(linked.path, join(folder, 'data/second-name'))
    die(files)
    open()
    expect(kept.map((path) => existsSync(path))).toEqual([true, true, true, true])
    expect(existsSync(linked.path)).toBe(true)
    expect(existsSync(own.path)).toBe(false)
  })

  it('a second death before the repair does not forget what the first one left', async () => {
    const { files, store } = open()
    await publish(store, create(store, content(1)))
    const orphan = create(store, content(200))
    die(files)
    // This one dies between repairing changes and looking for orphans; its records are later than the orphan's name.
    const second = new StorageFiles(testStorageConfig(folder, '100001', 1), logger)
    second.openStore(testIdentity)
    const later = store.log.drawTimestamp() + 10
    appendFileSync(join(folder, 'data/sync/binlog.000'), `${later} U M00/00/00/whatever\n`)
    die(second)
    open()
    expect(existsSync(orphan.path)).toBe(false)
  })

  it('but after a clean end no file is removed, whatever the log says', async () => {
    const { files, store } = open()
    const unlogged = create(store, content(200))
    store.log.release(unlogged.logicName)
    await files.close()
    opened.length = 0
    open()
    expect(existsSync(unlogged.path)).toBe(true)
  })

  it('a folder that a C storage left is taken over without removing anything', () => {
    mkdirSync(join(folder, 'data/00/00'), { recursive: true })
    mkdirSync(join(folder, 'data/sync'), { recursive: true })
    const unlogged = join(folder, 'data/00/00/oYYBAGsBGgKAc6nNAAAADK8IOy0333.txt')
    writeFileSync(unlogged, 'hello world\n')
    writeFileSync(
      join(folder, 'data/sync/binlog.000'),
      readFileSync(new URL('../testdata/c-binlog.000', import.meta.url)),
    )
    const { store } = open()
    expect(existsSync(unlogged)).toBe(true)
    expect(store.log.position().offset).toBe(4726)
    expect(store.log.drawTimestamp()).toBeGreaterThanOrEqual(1_795_234_306)
  })

  it('what was being written is gone', () => {
    const { files, store } = open()
    writeFileSync(store.temporaryPath(store.storePaths[0]!), 'half')
    die(files)
    const { store: again } = open()
    expect(existsSync(again.storePaths[0]!.temporaryDir)).toBe(true)
    expect(readFileSync(join(folder, 'data/.cairn-running'), 'latin1')).toContain(`${process.pid} `)
  })

  describe('in the middle of a change', () => {
    const appended = async (): Promise<{ files: StorageFiles; store: FileStore; file: ResolvedName }> => {
      const { files, store } = open()
      const name = create(store, content(1000), 'appender')
      await publish(store, name)
      return { files, store, file: store.resolve(name.logicName) }
    }

    it('an append that is not logged is cut off again', async () => {
      const { files, store, file } = await appended()
      await announceChange(store, { op: 'A', file, size: 1000 })
      appendFileSync(file.path, 'unfinished')
      die(files)
      open()
      expect(readFileSync(file.path).equals(content(1000))).toBe(true)
    })

    it('an append that is logged stays', async () => {
      const { files, store, file } = await appended()
      await announceChange(store, { op: 'A', file, size: 1000 })
      appendFileSync(file.path, 'finished')
      await new Promise<void>((resolve) => store.log.append('A', file.logicName, () => resolve(), { extra: '1000 8' }))
      die(files)
      open()
      expect(readFileSync(file.path, 'latin1').endsWith('finished')).toBe(true)
    })

    it('an append that is logged stays, however much was logged behind it', async () => {
      const { files, store, file } = await appended()
      await announceChange(store, { op: 'A', file, size: 1000 })
      appendFileSync(file.path, 'finished')
      store.log.append('A', file.logicName, () => undefined, { extra: '1000 8' })
      // More than the start reads of the log at once.
      const other = file.logicName.replace(/.{4}$/, '.txt')
      for (let i = 0; i < 150_000; i += 1) store.log.append('U', other, () => undefined)
      await store.log.flush()
      die(files)
      open()
      expect(readFileSync(file.path, 'latin1').endsWith('finished')).toBe(true)
    })

    it.each(['M', 'T'] as const)('a %s that is not logged sends the file whole to the peers', async (op) => {
      const { files, store, file } = await appended()
      await announceChange(store, { op, file, size: 1000 })
      die(files)
      const { store: again } = open()
      await again.log.flush()
      expect(log()).toMatch(new RegExp(`\\n\\d+ U ${file.logicName}\\n$`))
    })

    it('half an announcement means that nothing was done', async () => {
      const { files, store, file } = await appended()
      writeFileSync(`${store.temporaryPath(store.storePaths[0]!)}.change`, `A 10 ${file.logicName.slice(0, 20)}`)
      die(files)
      open()
      expect(readFileSync(file.path).equals(content(1000))).toBe(true)
    })
  })

  it('the search for orphans reads the log back far enough to see every name of that second', async () => {
    const { files, store } = open()
    const names = Array.from({ length: 200 }, (_, i) => create(store, content(i)))
    await Promise.all(names.map((name) => publish(store, name)))
    const old = new Date(Date.now() - 3_600_000)
    for (const name of names.slice(0, 50)) utimesSync(name.path, old, old)
    die(files)
    open()
    expect(names.every((name) => existsSync(name.path))).toBe(true)
  })
})

describe('two processes', () => {
  it('do not work on one folder', () => {
    open()
    expect(() => open()).toThrow(`is in use by process ${process.pid}`)
  })

  it('are one when the other has ended, and only stays in the list because its parent does not ask', async () => {
    // `sleep` takes the place of the shell and asks after no children.
    const parent = spawn('sh', ['-c', 'sleep 1000 & echo $!; exec sleep 1000'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    })
    try {
      const pid = Number(String(((await once(parent.stdout, 'data')) as [Buffer])[0]))
      const fields = () => readFileSync(`/proc/${pid}/stat`, 'latin1').split(' ')
      mkdirSync(join(folder, 'data'), { recursive: true })
      writeFileSync(join(folder, 'data/.cairn-running'), `${pid} ${fields()[21]} 1795240000 running\n`)
      expect(() => open()).toThrow(`is in use by process ${pid}`)
      process.kill(pid, 'SIGKILL')
      await expect.poll(() => fields()[2]).toBe('Z')
      open()
    } finally {
      process.kill(-Number(parent.pid), 'SIGKILL')
    }
  })
})

describe('a start that fails', () => {
  it('leaves the folder as it was', () => {
    const config = testStorageConfig(folder, '100001', 1)
    const broken = { ...config, storePaths: [{ path: join(folder, 'not-there'), readonly: false }] }
    expect(() => new StorageFiles(broken, logger)).toThrow('not-there')
    expect(existsSync(join(folder, 'data/.cairn-running'))).toBe(false)
    open()
  })
})
