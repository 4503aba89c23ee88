import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { defaultTrackerConfig, loadTrackerConfig } from './config.ts'
import { parametersText } from './handlers/parameters.ts'

const folder = mkdtempSync(join(tmpdir(), 'tracker-conf-'))
const conf = join(folder, 'tracker.conf')
afterAll(() => rmSync(folder, { recursive: true }))

function load(...lines: string[]) {
  writeFileSync(conf, [`base_path = ${folder}`, ...lines, ''].join('\n'))
  return loadTrackerConfig(conf)
}

/** Line numbers count the base_path line. */
async function refusal(...lines: string[]): Promise<string> {
  return await load(...lines).then(
    () => 'accepted',
    (error: Error) => error.message.replaceAll(folder, ''),
  )
}

describe('tracker.conf', () => {
  it('without keys has the defaults of FastDFS', async () => {
    expect(await load()).toEqual({ ...defaultTrackerConfig(folder) })
  })

  it('sets everything that selection and lists need', async () => {
    const config = await load(
      'bind_addr = 127.0.0.1',
      'port = 22000',
      'response_ip_addr_size = IPv6',
      'network_timeout = 30',
      'max_connections = 1024',
      'min_buff_size = 8KB',
      'max_buff_size = 1MB',
      'store_lookup = 1',
      'store_group = group2',
      'store_server = 2',
      'store_path = 2',
      'download_server = 1',
      'reserved_storage_space = 20%',
      'check_active_interval = 120',
      'storage_sync_file_max_delay = 3600',
      'storage_sync_file_max_time = 60',
      'log_level = CRIT',
      'http_port = -1',
    )
    expect(config).toMatchObject({
      bindAddresses: ['127.0.0.1'],
      port: 22_000,
      addressWidth: 46,
      networkTimeoutMs: 30_000,
      maxConnections: 1024,
      answerBytesMax: 1024 * 1024,
      logLevel: 'fatal',
      http: { bindAddress: '127.0.0.1', port: -1 },
      warnings: [],
      cluster: {
        storeLookup: 1,
        storeGroup: 'group2',
        storeServer: 2,
        storePath: 2,
        downloadServer: 1,
        reservedSpace: { kind: 'ratio', ratio: 0.2 },
        checkActiveIntervalSeconds: 120,
        syncFileMaxDelaySeconds: 3600,
        syncFileMaxTimeSeconds: 60,
      },
    })
  })

  it('reads storage ids, resolves their host names and goes wide when one is IPv6', async () => {
    writeFileSync(join(folder, 'ids.conf'), '100001 group1 localhost\n100002 group1 [2001:db8::1]:23001\n')
    const config = await load('use_storage_id = true', 'storage_ids_filename = ids.conf', 'id_type_in_filename = id')
    expect(config.storageIds?.byId('100001')?.hosts[0]).toMatch(/^(127\.0\.0\.1|::1)$/)
    expect(config.cluster.idInFileName).toBe(true)
    expect(config.addressWidth).toBe(46)
    expect(config.bindAddresses).toEqual(['::'])
  })

  it('puts no ids into file names where none are used', async () => {
    expect((await load('id_type_in_filename = id')).cluster.idInFileName).toBe(false)
  })

  it('expands allow_hosts', async () => {
    const config = await load('allow_hosts = 10.0.1.[1-2]', 'allow_hosts = 192.168.0.0/16', 'allow_hosts = localhost')
    expect(config.allowHosts?.slice(0, 3)).toEqual(['10.0.1.1', '10.0.1.2', '192.168.0.0/16'])
    expect(config.allowHosts).toHaveLength(4)
    expect((await load('allow_hosts = 10.0.1.1', 'allow_hosts = *')).allowHosts).toBe(null)
  })

  it('reports keys that it does not know, and keys that mean nothing here', async () => {
    const config = await load('store_lookupp = 0', 'work_threads = 4', 'run_by_user = nobody')
    expect(config.warnings.map((warning) => warning.replace(folder, ''))).toEqual([
      '/tracker.conf:2: store_lookupp is not a key of tracker.conf',
      '/tracker.conf: these keys have no effect in this tracker: work_threads run_by_user',
    ])
  })

  it('takes 0 for a number of three keys that FastDFS does not know, and says so', async () => {
    const config = await load('store_server = 9', 'store_path = 1', 'download_server = 2')
    expect(config.cluster).toMatchObject({ storeServer: 0, storePath: 0, downloadServer: 0 })
    expect(config.warnings.map((warning) => warning.replace(folder, ''))).toEqual([
      '/tracker.conf: store_server = 9: not one of 0, 1, 2, taken as 0',
      '/tracker.conf: store_path = 1: not one of 0, 2, taken as 0',
      '/tracker.conf: download_server = 2: not one of 0, 1, taken as 0',
    ])
  })

  it.each([
    [['port = 99999'], '/tracker.conf:2: port = 99999: more than 65535'],
    [['', 'store_lookup = 3'], '/tracker.conf:3: store_lookup = 3: not one of 0, 1, 2'],
    [['store_server = best'], '/tracker.conf:2: store_server = best: not a whole number'],
    [['store_lookup = 1'], '/tracker.conf: store_group is missing'],
    [['store_group = a-b'], '/tracker.conf: store_group = a-b: not a group name'],
    [['reserved_storage_space = 100%'], 'reserved_storage_space = 100%: a share must be more than 0 %'],
    [['reserved_storage_space = much'], '/tracker.conf:2: reserved_storage_space = much: '],
    [['check_active_interval = 0'], '/tracker.conf:2: check_active_interval = 0: less than 1'],
    [['bind_addr = 10.0.0.1,10.0.0.2'], 'bind_addr = 10.0.0.1,10.0.0.2: at most one IPv4 and one IPv6'],
    [['bind_addr = eth0'], 'bind_addr = eth0: at most one IPv4 and one IPv6'],
    [['allow_hosts = 10.0.0.[5-1]'], 'allow_hosts = 10.0.0.[5-1]: "5-1" in "10.0.0.[5-1]" is not a range'],
    [['log_level = loud'], '/tracker.conf: log_level = loud: not one of'],
    [['trunk_file_size = 1M'], '/tracker.conf:2: trunk_file_size = 1M: less than'],
    [['disabled = true'], '/tracker.conf: disabled = true'],
    [['use_storage_id = yes', 'storage_ids_filename = none.conf'], 'storage_ids_filename = /none.conf: ENOENT'],
    [['http_port = -2'], '/tracker.conf:2: http_port = -2: less than -1'],
  ])('%j is refused: %s', async (lines, message) => {
    expect(await refusal(...lines)).toContain(message)
  })

  it('names file and line of a wrong storage id', async () => {
    writeFileSync(join(folder, 'bad.conf'), '100001 group1 127.0.0.1\n100001x group1 127.0.0.2\n')
    expect(await refusal('use_storage_id = true', 'storage_ids_filename = bad.conf')).toBe(
      '/bad.conf:2: "100001x" is not a storage id (1 to 16777215)',
    )
  })

  it('that is missing is named', async () => {
    await expect(loadTrackerConfig(join(folder, 'absent.conf'))).rejects.toThrow(`cannot read ${folder}/absent.conf`)
  })
})

describe('PARAMETERS', () => {
  it('fits the 1024 bytes of the C client with the longest values', async () => {
    const config = await load(
      'reserved_storage_space = 99999999999999',
      'trunk_file_size = 2047M',
      'trunk_create_file_space_threshold = 999999999999999',
      'storage_sync_file_max_delay = 2000000000',
      'response_ip_addr_size = IPv6',
    )
    expect(parametersText(config).length).toBeLessThan(1024)
    expect(parametersText(config)).toContain('reserved_storage_space=95367431 MB\n')
  })
})
