import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { content, startCluster, type TestCluster, until } from '../../../apps/storage/test/cluster.ts'
import { runCairn } from '../src/cairn/cairn.ts'
import { fdfsTools } from '../src/fdfs/tools.ts'
import { localTime } from '../src/local-time.ts'
import { run } from './ended.ts'

// The tools against a real tracker and two real storages.

let cluster: TestCluster
let folder: string
let conf: string
let tracker: string
beforeAll(async () => {
  cluster = await startCluster(['100001', '100002'])
  tracker = `127.0.0.1:${cluster.tracker.tcpPort}`
  folder = mkdtempSync(path.join(tmpdir(), 'cairn-tools-'))
  conf = path.join(folder, 'client.conf')
  writeFileSync(conf, `connect_timeout = 5\nbase_path = ${folder}\ntracker_server = ${tracker}\n`)
})
afterAll(async () => {
  await cluster.close()
  rmSync(folder, { recursive: true })
})

const fdfs = (name: string, ...args: string[]) => run((terminal) => fdfsTools[name]?.(args, terminal) ?? -1)
const cairn = (...args: string[]) => run((terminal) => runCairn(args, terminal, { trackers: [tracker] }))

function localFile(name: string, bytes: Buffer): string {
  const file = path.join(folder, name)
  writeFileSync(file, bytes)
  return file
}

async function uploaded(bytes: Buffer, tool = 'fdfs_upload_file'): Promise<string> {
  const { code, out } = await fdfs(tool, conf, localFile('upload.tar.gz', bytes))
  expect(code).toBe(0)
  return out.trim()
}

describe('the tools of FastDFS', () => {
  it('upload, download whole and in part, and delete', async () => {
    const body = content(300_000)
    const fileId = await uploaded(body)
    expect(fileId).toMatch(/^group1\/M00\/\w\w\/\w\w\/[\w-]{27}\.tar\.gz$/)
    const to = path.join(folder, 'whole')
    expect(await fdfs('fdfs_download_file', conf, fileId, to)).toEqual({ code: 0, out: '', err: '' })
    expect(readFileSync(to).equals(body)).toBe(true)
    await fdfs('fdfs_download_file', conf, fileId, to, '1000', '50')
    expect(readFileSync(to).equals(body.subarray(1000, 1050))).toBe(true)
    expect(await fdfs('fdfs_delete_file', conf, fileId)).toEqual({ code: 0, out: '', err: '' })
    const again = await fdfs('fdfs_delete_file', conf, fileId)
    expect(again).toMatchObject({
      code: 2,
      out: 'delete file fail, error no: 2, error info: No such file or directory\n',
    })
    expect(again.err).toMatch(/^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] ERROR - /)
    const download = () => fdfs('fdfs_download_file', conf, fileId, path.join(folder, 'gone'))
    let gone = await download()
    // The tracker may name the other member, which hears of the deletion a moment later.
    await until('a member that is asked says that it is gone', async () => {
      if (gone.out === '') gone = await download()
      return gone.out !== ''
    })
    expect([gone.code, gone.out]).toEqual([
      0,
      'download file fail, error no: 2, error info: No such file or directory\n',
    ])
  })

  it('upload to the storage that is named', async () => {
    const storage = cluster.storages[1]
    const { out } = await fdfs(
      'fdfs_upload_file',
      conf,
      localFile('here.txt', content(10)),
      storage?.address ?? '',
      '0',
    )
    expect((await cluster.dfs.fileInfo(out.trim())).size).toBe(10)
    expect((await storage?.client.downloadBuffer(out.trim()))?.length).toBe(10)
  })

  it('tell what is in a file ID, and of an appender what the storage knows', async () => {
    const body = content(5000)
    const fileId = await uploaded(body)
    const { crc32, mtime } = await cluster.dfs.fileInfo(fileId)
    const hex = crc32.toString(16).padStart(8, '0')
    const source = await sourceOf(fileId)
    const told = (isAsked: boolean, ip: string) => ({
      code: 0,
      err: '',
      out:
        `GET FROM SERVER: ${isAsked}\n\nfile type: normal\nsource storage id: ${source}\n` +
        `source ip address: ${ip}\nfile create timestamp: ${localTime(mtime)}\nfile size: 5000\n` +
        `file crc32: ${crc32 | 0} (0x${hex})\n\n`,
    })
    // The name tells an id; its address must come from somewhere.
    expect(await fdfs('fdfs_file_info', conf, fileId)).toEqual(told(true, '127.0.0.1'))
    const loading = localFile('load.conf', confWith('load_fdfs_parameters_from_tracker = true'))
    expect(await fdfs('fdfs_file_info', loading, fileId)).toEqual(told(false, '127.0.0.1'))
    localFile('ids.conf', Buffer.from(`# comment\n${source}   group1  192.0.2.7,fd00::7 rw=both\n`))
    const listing = localFile('list.conf', confWith('use_storage_id = true\nstorage_ids_filename = ids.conf'))
    expect(await fdfs('fdfs_file_info', listing, fileId)).toEqual(told(false, '192.0.2.7'))
    expect(await fdfs('fdfs_crc32', localFile('crc', body))).toMatchObject({ code: 0, out: `${crc32.toString(16)}\n` })

    const appender = await uploaded(content(100), 'fdfs_upload_appender')
    expect((await fdfs('fdfs_append_file', conf, appender, localFile('more', content(11)))).code).toBe(0)
    const grown = await fdfs('fdfs_file_info', '-n', conf, appender)
    expect(grown.out).toContain('GET FROM SERVER: true\n\nfile type: appender\n')
    expect(grown.out).toContain('file size: 111\n')
    expect(grown.out).not.toContain('crc32')
    const renewed = await fdfs('fdfs_regenerate_filename', conf, appender)
    expect((await cluster.dfs.downloadBuffer(renewed.out.trim())).length).toBe(111)
  })

  const confWith = (lines: string) => Buffer.from(`${readFileSync(conf, 'utf8')}${lines}\n`)

  async function sourceOf(fileId: string): Promise<string> {
    const { ip, port } = await cluster.dfs.tracker.queryUpdate(fileId)
    return cluster.storages.find(({ address }) => address === `${ip}:${port}`)?.id ?? ''
  }

  it('monitor prints the lines that scripts look for, in their order', async () => {
    const { code, out } = await fdfs('fdfs_monitor', conf)
    expect(code).toBe(0)
    expect(out).toMatch(
      /^tracker server count=1, current server index=0\n\ntracker server is 127\.0\.0\.1:\d+\n\ngroup count: 1\n\nGroup 1:\ngroup name = group1\n/,
    )
    const names = [...out.matchAll(/^\t*([\w. ]+?) +=|^\t*([\w. ]+?)=/gm)].map(([, name, other]) => name ?? other)
    expect(names.slice(1, 14)).toEqual([
      ...['group name', 'disk total space', 'disk free space', 'disk reserved space', 'disk available space'],
      ...['storage server count', 'readable server count', 'writable server count', 'storage server port'],
      ...['store path count', 'subdir count per path', 'current write server index', 'id'],
    ])
    const first = out.slice(out.indexOf('\tStorage 1:'), out.indexOf('\tStorage 2:')).split('\n')
    expect(first[1]).toBe('\t\tid = 100001')
    expect(first[2]).toMatch(/^\t\thost = 127\.0\.0\.1:\d+ {2}ACTIVE$/)
    expect(first[3]).toBe('\t\tread write mode = both (normal)')
    expect(first).toContainEqual(expect.stringMatching(/^\t\tstotal_download_bytes = \d+$/))
    expect(first.filter((line) => line.includes('count =') || line.includes('bytes ='))).toHaveLength(42)
    expect(first.at(-2)).toMatch(/^\t\tlast_synced_timestamp = \d{4}-\d\d-\d\d \d\d:\d\d:\d\d ?/)
    expect((await fdfs('fdfs_monitor', conf, '-h', '127.0.0.1:1')).out).toBe(
      'tracker server: 127.0.0.1:1 not exists!\n',
    )
    expect((await fdfs('fdfs_monitor', conf, 'list', 'nobody')).out.trimEnd().split('\n')).toHaveLength(3)
    expect((await fdfs('fdfs_monitor', conf, 'delete', 'group1', '100001')).out).toContain(
      'delete storage server group1::100001 fail, error no: 16, error info: Device or resource busy\n',
    )
    expect((await fdfs('fdfs_monitor', conf, 'dance')).out).toContain('Invalid command dance\n')
  })

  it('monitor reads the configuration of the system where none is named', async () => {
    for (const args of [['list'], ['-h', tracker], []]) {
      expect(await fdfs('fdfs_monitor', ...args)).toMatchObject({
        code: 2,
        err: expect.stringContaining('/etc/fdfs/client.conf'),
      })
    }
  })

  it('ask a tracker with two addresses at the one that can be reached, and count it once', async () => {
    const port = cluster.tracker.tcpPort
    const two = path.join(folder, 'two.conf')
    writeFileSync(two, `connect_timeout = 5\ntracker_server = 127.0.0.99,127.0.0.1:${port}\n`)
    expect((await fdfs('fdfs_upload_file', two, localFile('two.txt', content(10)))).code).toBe(0)
    const { code, out } = await fdfs('fdfs_monitor', two, '-h', `127.0.0.1:${port}`)
    expect([code, out]).toEqual([0, expect.stringMatching(/^tracker server count=1, current server index=0\n/)])
    expect(out).toContain('group name = group1')
  })

  it('the three lists say what they found, or nothing', async () => {
    const trackers = await fdfs('fdfs_tracker_stat', '-c', conf)
    expect(trackers.out).toMatch(
      /^\n127\.0\.0\.1:\d+, is_leader: 1, is_active: 1, connections \{alloc: \d+, current: \d+, max: \d+\}\n\ntracker server count: 1\n/,
    )
    const storages = await fdfs('fdfs_storage_stat', '-c', conf, '-A')
    expect(storages.out).toMatch(/\n100001 127\.0\.0\.1:\d+ ACTIVE, connections .*\n100002 /)
    expect((await fdfs('fdfs_storage_stat', '-c', conf, '-N')).out).toBe('')
    const volumes = await fdfs('fdfs_volumn_stat', '-c', conf, '-D')
    expect(volumes.out).toMatch(/^\ngroup1 disk_available: 1, disk space \{total: .*, util: \d+\.\d\d%\}\n/)
  })

  it('end with the errno of what is wrong', async () => {
    expect(await fdfs('fdfs_upload_file', conf)).toMatchObject({ code: 1, out: expect.stringMatching(/^Usage: /) })
    expect((await fdfs('fdfs_upload_file', path.join(folder, 'no.conf'), 'x')).code).toBe(2)
    const missing = await fdfs('fdfs_upload_file', conf, path.join(folder, 'nobody'))
    expect(missing.code).toBe(2)
    expect(missing.err).toContain('upload file fail, error no: 2, error info: No such file or directory\n')
    const nowhere = path.join(folder, 'nowhere.conf')
    writeFileSync(nowhere, 'tracker_server = 127.0.0.1:1\n')
    const refused = await fdfs('fdfs_upload_file', nowhere, conf)
    expect(refused.code).toBe(111)
    expect(refused.err).toContain('tracker_query_storage fail, error no: 111, error info: Connection refused\n')
  })
})

describe('cairn', () => {
  it('stores files, shows them and gets them back, for people and for scripts', async () => {
    const body = content(70_000, 4)
    const { out } = await cairn('upload', localFile('plan.txt', body), '--meta', 'author=Ada')
    const fileId = out.trim()
    const info = await cairn('info', fileId, '--json')
    expect(JSON.parse(info.out)).toMatchObject({ fileId, kind: 'normal', size: 70_000 })
    expect((await cairn('info', fileId)).out).toMatch(/^file ID +group1\//)
    expect((await cairn('meta', fileId)).out).toBe('author  Ada\n')
    expect(JSON.parse((await cairn('meta', fileId, 'year=1843', '--json')).out)).toEqual({
      author: 'Ada',
      year: '1843',
    })
    const to = path.join(folder, 'back.txt')
    expect((await cairn('download', fileId, to)).code).toBe(0)
    expect(readFileSync(to).equals(body)).toBe(true)
    expect((await cairn('delete', fileId)).code).toBe(0)
    let gone = await cairn('info', fileId)
    await until('a member that is asked says that it is gone', async () => {
      if (gone.code === 0) gone = await cairn('info', fileId)
      return gone.code !== 0
    })
    expect([gone.code, gone.err]).toEqual([1, expect.stringContaining('No such file or directory')])
  })

  it('tells what was stored and deleted before something failed', async () => {
    const stored = await cairn('upload', localFile('first.txt', content(10)), path.join(folder, 'none.txt'))
    expect(stored).toMatchObject({ code: 1, err: expect.stringContaining('none.txt') })
    const fileId = stored.out.trim()
    expect((await cluster.dfs.fileInfo(fileId)).size).toBe(10)
    const deleted = await cairn('delete', fileId, fileId, '--json')
    expect([deleted.code, JSON.parse(deleted.out)]).toEqual([1, { deleted: [fileId] }])
  })

  it('tells a file without metadata from one that is not there', async () => {
    const fileId = (await cairn('upload', localFile('bare.txt', content(10)))).out.trim()
    expect(await cairn('meta', fileId, '--json')).toEqual({ code: 0, out: '{}\n', err: '' })
    await cairn('delete', fileId)
    expect(await cairn('meta', fileId)).toMatchObject({ code: 1, out: '' })
  })

  it('shows what others have set without letting it steer the terminal', async () => {
    const fileId = (await cairn('upload', localFile('set.txt', content(10)))).out.trim()
    await cluster.dfs.setMetadata(fileId, { title: 'a\u001b[2Jb\u009bc\nowner  Eve' }, 'overwrite')
    expect((await cairn('meta', fileId)).out).toBe('title  a\\u001b[2Jb\\u009bc\\u000aowner  Eve\n')
    expect((await cairn('meta', fileId, '--json')).out).toContain('"a\\u001b[2Jb\\u009bc\\nowner  Eve"')
  })

  it('says how it is called when it is asked', async () => {
    for (const args of [['--help'], ['help'], ['upload', '--help']]) {
      const { code, out, err } = await cairn(...args)
      expect([code, err]).toEqual([0, ''])
      expect(out).toContain('FILE… [--group NAME]')
    }
  })

  it('lets an appender grow and become a normal file', async () => {
    const file = localFile('log.txt', content(100))
    const appender = (await cairn('upload', file, '--appender')).out.trim()
    await cairn('append', appender, file)
    const normal = (await cairn('regenerate', appender)).out.trim()
    expect(JSON.parse((await cairn('info', normal, '--json')).out)).toMatchObject({ kind: 'normal', size: 200 })
  })

  it('shows the cluster, and changes it only when that is safe', async () => {
    expect((await cairn('monitor')).out).toMatch(/^group1 {2}.*\n {2}storage .*\n {2}100001 .* ACTIVE .*\n {2}100002 /)
    expect(JSON.parse((await cairn('monitor', '--json')).out)[0].storages).toHaveLength(2)
    expect(await cairn('delete-storage', 'group1', '100001')).toMatchObject({ code: 1 })
    expect(await cairn('set-trunk-server', 'group1')).toMatchObject({ code: 1 })
  })

  it('says what is missing, too much or unknown, and how it is called', async () => {
    for (const args of [
      [],
      ['dance'],
      ['info'],
      ['regenerate', 'a', 'b'],
      ['info', 'x', '--colour'],
      ['meta', 'x', 'y'],
    ]) {
      const { code, out, err } = await cairn(...args)
      expect([code, out]).toEqual([2, ''])
      expect(err).toContain('cairn ')
    }
    const elsewhere = await cairn('upload', localFile('x.txt', content(1)), '--group', 'group9')
    expect([elsewhere.code, elsewhere.err]).toEqual([1, expect.stringContaining('No storage takes files now')])
    const nobody = await cairn('monitor', '--tracker', '127.0.0.1:1')
    expect([nobody.code, nobody.err]).toEqual([1, expect.stringContaining('127.0.0.1:1')])
  })

  it('name what is no key of client.conf, and none of FastDFS', async () => {
    const file = path.join(folder, 'odd.conf')
    const sample = 'log_level = info\nuse_connection_pool = false\nhttp.anti_steal.check_token = false\n'
    writeFileSync(file, `${readFileSync(conf, 'utf8')}${sample}network_timout = 60\n`)
    const fileId = await uploaded(content(10))
    const asked = await cairn('info', fileId, '--conf', file)
    expect([asked.code, asked.err]).toEqual([0, `cairn: ${file}:7: network_timout is not a key of client.conf\n`])
    expect((await fdfs('fdfs_file_info', file, fileId)).err).toBe('')
  })
})
