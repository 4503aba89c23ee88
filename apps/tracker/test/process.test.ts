import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Status, StorageStatus, trackerCommands } from '@cairn/dfs-core'
import { build } from 'esbuild'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { StoragePeer } from './support/storage-peer.ts'
import { until } from './support/until.ts'
import { Wire } from './support/wire.ts'

const source = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const bundle = fileURLToPath(new URL('../dist/process-test.js', import.meta.url))
let folder = ''
const children: ChildProcess[] = []

// One file that plain Node.js runs: the process under test is the one that is shipped, and starts quickly.
beforeAll(async () => {
  const options = { bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'warning' } as const
  await build({ ...options, entryPoints: [source], outfile: bundle, external: ['pino', 'prom-client'] })
})

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tracker-process-'))
})

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const confPath = () => join(folder, 'tracker.conf')
const stateFile = (name: string) => join(folder, 'data', name)

/** As many as a group can have. */
const IDS_MAX = 32

interface Daemon {
  child: ChildProcess
  tcpPort: number
  httpPort: number
}

/** Starts the daemon and waits for its ready line; a daemon that ends instead gives its last log line. */
async function start(lines: string[] = []): Promise<Daemon> {
  const ids = Array.from({ length: IDS_MAX }, (_, index) => `${index + 1} group1 127.0.0.1:${23_000 + index}\n`)
  writeFileSync(join(folder, 'storage_ids.conf'), ids.join(''))
  const conf = [
    'base_path = .',
    'bind_addr = 127.0.0.1',
    'port = 0',
    'http_port = 0',
    'use_storage_id = true',
    ...lines,
  ]
  writeFileSync(confPath(), [...conf, 'id_type_in_filename = id', ''].join('\n'))
  const child = spawn(process.execPath, [bundle, confPath()], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  return await new Promise((resolve, reject) => {
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk
      const ready = logLines(output).find(({ msg }) => msg === 'ready')
      if (ready !== undefined) resolve({ child, tcpPort: ready.tcpPort, httpPort: ready.httpPort })
    })
    child.once('close', () => reject(new Error(logLines(output).at(-1)?.msg ?? 'the tracker said nothing')))
  })
}

function logLines(output: string): { msg: string; tcpPort: number; httpPort: number }[] {
  return output
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<number | null> {
  const ended = once(child, 'exit')
  child.kill(signal)
  const [code] = await ended
  return code
}

/** True when the tracker has taken the newcomer in. */
async function takeIn(trackerPort: number, id: string): Promise<boolean> {
  const peer = await StoragePeer.connect({ trackerPort, id, port: 22_999 + Number(id), isNew: true })
  try {
    return (await peer.join()).status === Status.OK
  } finally {
    peer.close()
  }
}

async function members(port: number) {
  const wire = await Wire.open(port)
  const { listStorages } = trackerCommands
  const answer = await wire.ask(listStorages.code, Buffer.from('group1'.padEnd(16, '\0')))
  wire.close()
  return listStorages.response
    .decode(answer.body)
    .storages.map(({ id, status, sourceId }) => ({ id, status, sourceId }))
}

describe('the tracker process', () => {
  it('keeps everything that it acknowledged through kill -9', async () => {
    const before = await start()
    const trackerPort = before.tcpPort
    await StoragePeer.active({ trackerPort, id: '1', port: 23_000 })
    const second = await StoragePeer.connect({ trackerPort, id: '2', port: 23_001, isNew: true })
    await second.join()
    const syncSource = await second.requestSource()
    expect(syncSource?.sourceId).toBe('1')
    const third = await StoragePeer.active({ trackerPort, id: '3', port: 23_002 })
    third.close()
    await until(async () => (await members(trackerPort))[2]?.status === StorageStatus.OFFLINE)
    const wire = await Wire.open(trackerPort)
    expect((await wire.ask(93, Buffer.concat([Buffer.from('group1'.padEnd(16, '\0')), Buffer.from('3')]))).status).toBe(
      0,
    )
    await end(before.child, 'SIGKILL')
    // Else it would take what another tracker knows for newer than its own.
    expect(readFileSync(stateFile('.tracker_status'), 'utf8')).toMatch(/^last_check_time=[1-9]\d+$/m)

    const after = await start()
    expect(await members(after.tcpPort)).toEqual([
      { id: '1', status: StorageStatus.OFFLINE, sourceId: '' },
      { id: '2', status: StorageStatus.WAIT_SYNC, sourceId: '1' },
    ])
    // What the source of the sync asks: the very second that the newcomer was told.
    const { syncSourceRequest } = trackerCommands
    const asking = await Wire.open(after.tcpPort)
    await StoragePeer.active({ trackerPort: after.tcpPort, id: '1', port: 23_000 })
    const answer = await asking.ask(
      syncSourceRequest.code,
      syncSourceRequest.request.encode({ group: 'group1', id: '2' }),
    )
    expect(syncSourceRequest.response.decode(answer.body)).toEqual(syncSource)
    // The deleted one says that it is complete; it is not believed.
    const returned = await StoragePeer.connect({ trackerPort: after.tcpPort, id: '3', port: 23_002, status: 7 })
    expect((await returned.join()).body[0]).toBe(StorageStatus.INIT)
    await end(after.child, 'SIGKILL')
  })

  it('starts again whenever it was killed while it was saving, and knows everybody whose JOIN it answered', async () => {
    const answered: string[] = []
    // Somewhere among the writes, syncs and renames that follow each other.
    for (const joinsBeforeKill of [1, 4, 2]) {
      const { child, tcpPort } = await start()
      const known = (await members(tcpPort)).map(({ id }) => id)
      expect(known).toEqual(expect.arrayContaining(answered))
      const ended = once(child, 'exit')
      for (let joins = 0; child.exitCode === null && child.signalCode === null; joins++) {
        const id = String(known.length + joins + 1)
        if (joins === joinsBeforeKill) child.kill('SIGKILL')
        const isAnswered = await takeIn(tcpPort, id).catch(() => false)
        if (isAnswered) answered.push(id)
        else break
      }
      await ended
    }
    const { tcpPort } = await start()
    expect((await members(tcpPort)).map(({ id }) => id)).toEqual(expect.arrayContaining(answered))
    expect(answered.length).toBeGreaterThanOrEqual(4)
  })

  it('saves counters when it is asked to end, and ends with 0', async () => {
    const { child, tcpPort } = await start()
    const peer = await StoragePeer.active({ trackerPort: tcpPort, id: '1' })
    await peer.beat({ successUploadCount: 77 })
    expect(await end(child, 'SIGTERM')).toBe(0)
    expect(readFileSync(stateFile('storage_servers_new.dat'), 'utf8')).toContain('\tsuccess_upload_count=77\n')
    expect(readFileSync(stateFile('.tracker_status'), 'utf8')).toMatch(/^up_time=\d+\nlast_check_time=\d+\n$/)
    const again = await start()
    expect(await end(again.child, 'SIGINT')).toBe(0)
  })

  it('drops an append to the change log that a crash cut off, and nothing else', async () => {
    const first = await start()
    await StoragePeer.active({ trackerPort: first.tcpPort, id: '1' })
    await StoragePeer.active({ trackerPort: first.tcpPort, id: '2', port: 23_001 })
    await end(first.child, 'SIGTERM')
    const log = stateFile('storage_changelog.dat')
    // Longer than the line that takes its place.
    writeFileSync(log, `1795000000 group1 3 4 \n1795${'0'.repeat(80)}`)

    const { child, tcpPort } = await start()
    const wire = await Wire.open(tcpPort)
    const target = Buffer.concat([Buffer.from('group1'.padEnd(16, '\0')), Buffer.from('1')])
    expect((await wire.ask(trackerCommands.deleteStorage.code, target)).status).toBe(Status.OK)
    await end(child, 'SIGKILL')
    expect(readFileSync(log, 'utf8')).toMatch(/^1795000000 group1 3 4 \n\d{10} group1 1 4 \n$/)
  })

  it('does not start on a torn state file, and leaves it as it is', async () => {
    const { child, tcpPort } = await start()
    await StoragePeer.active({ trackerPort: tcpPort, id: '1' })
    await end(child, 'SIGTERM')
    const file = stateFile('storage_groups_new.dat')
    const torn = readFileSync(file, 'utf8').slice(0, 60)
    writeFileSync(file, torn)
    await expect(start()).rejects.toThrow(`${file}:6: the line is not complete`)
    expect(readFileSync(file, 'utf8')).toBe(torn)
  })

  it('does not start with a wrong configuration, and says which', async () => {
    await expect(start(['store_lookup = 7'])).rejects.toThrow(`${confPath()}:6: store_lookup = 7: not one of 0, 1, 2`)
  })

  it('does not start where another listens, and says where', async () => {
    const { tcpPort } = await start()
    await expect(start([`port = ${tcpPort}`])).rejects.toThrow(
      `EADDRINUSE: address already in use 127.0.0.1:${tcpPort}`,
    )
    const wire = await Wire.open(tcpPort)
    expect((await wire.ask(trackerCommands.activeTest.code)).status).toBe(Status.OK)
    wire.close()
  })
})
