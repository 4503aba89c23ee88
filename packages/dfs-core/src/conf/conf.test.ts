import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { ConfError, parseConf, readConf } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'conf-'))
afterAll(() => rmSync(folder, { recursive: true }))

const conf = (text: string) => parseConf(text, '/etc/fdfs/storage.conf')

describe('a configuration text', () => {
  it('is read as FastDFS reads its own sample lines', () => {
    const sample = conf(
      [
        '# is this config file disabled',
        'disabled = false',
        '',
        '  port=23000  ',
        'base_path =\t/home/yuqing/fastdfs',
        'tracker_server = 192.168.209.121:22122',
        'tracker_server = 192.168.209.122:22122',
        '##include http.conf',
        '#includes nothing',
        'reserved_storage_space = 20%',
        'log_level = info # not a comment',
      ].join('\r\n'),
    )
    expect(sample.boolean('disabled')).toBe(false)
    expect(sample.integer('port')).toBe(23_000)
    expect(sample.text('base_path')).toBe('/home/yuqing/fastdfs')
    expect(sample.all('tracker_server')).toEqual(['192.168.209.121:22122', '192.168.209.122:22122'])
    expect(sample.text('tracker_server')).toBe('192.168.209.122:22122')
    expect(sample.text('log_level')).toBe('info # not a comment')
    expect(sample.unknownKeys([/./])).toEqual([])
  })

  it('keeps everything behind the first equals sign', () => {
    expect(conf('secret = a=b==').text('secret')).toBe('a=b==')
  })

  it('tells keys apart by case', () => {
    expect(conf('Port = 1').has('port')).toBe(false)
  })

  it('may start with a byte order mark', () => {
    expect(conf('\ufeffport = 1').integer('port')).toBe(1)
  })

  it('is refused with file and line where a line is no entry', () => {
    expect(() => conf('port = 1\nhello\n')).toThrow('/etc/fdfs/storage.conf:2: hello: not of the form key = value')
    expect(() => conf(' = 1')).toThrow(ConfError)
    expect(() => conf('[access-log')).toThrow('/etc/fdfs/storage.conf:1: [access-log: a section without')
  })
})

describe('sections', () => {
  const text = 'log_level = info\nenabled = yes\n[access-log]\nenabled = no\n[ error-log ]\nlog_level = warn\n'

  it('hide their keys from the global ones and fall back to them', () => {
    expect(conf(text).text('log_level')).toBe('info')
    expect(conf(text).boolean('enabled')).toBe(true)
    expect(conf(text).section('access-log').boolean('enabled')).toBe(false)
    expect(conf(text).section('access-log').text('log_level')).toBe('info')
    expect(conf(text).section('error-log').text('log_level')).toBe('warn')
  })

  it('stand in front of their keys among the unknown ones', () => {
    expect(conf(text).unknownKeys(['log_level', 'enabled', '[access-log] enabled'])).toEqual([
      { key: '[error-log] log_level', file: '/etc/fdfs/storage.conf', line: 6 },
    ])
  })
})

describe('unknownKeys', () => {
  it('reports each key that is not known, with file and line, and takes patterns', () => {
    const known = ['port', /^store_path\d{1,3}(_readonly)?$/]
    expect(conf('port = 1\nstore_path0 = /a\nstore_path0_readonly = 1\nprot = 2\n').unknownKeys(known)).toEqual([
      { key: 'prot', file: '/etc/fdfs/storage.conf', line: 4 },
    ])
  })
})

describe('getters', () => {
  it.each(['true', 'TRUE', 'yes', 'Yes', 'on', 'ON', '1'])('read %s as true', (value) => {
    expect(conf(`key = ${value}`).boolean('key')).toBe(true)
  })

  it.each(['false', 'no', 'off', '0', '2', 'ture', 'y'])('read %s as false', (value) => {
    expect(conf(`key = ${value}`).boolean('key')).toBe(false)
  })

  it.each([
    ['0', 0],
    ['256', 256],
    ['256K', 262_144],
    ['256KB', 262_144],
    ['256 kb', 262_144],
    ['64MB', 67_108_864],
    ['20G', 21_474_836_480],
    ['1TiB', 1_099_511_627_776],
  ])('read the size %s as %d bytes', (value, bytes) => {
    expect(conf(`key = ${value}`).byteSize('key')).toBe(bytes)
  })

  it.each(['-1', '1.5M', '1X', 'M', '1 B', '1M 2', '9999999999999999T'])('refuse the size %s', (value) => {
    expect(() => conf(`key = ${value}`).byteSize('key')).toThrow(ConfError)
  })

  it('read reserved space as bytes or as a share', () => {
    expect(conf('key = 1024 MB').reservedSpace('key')).toEqual({ kind: 'bytes', bytes: 2 ** 30 })
    expect(conf('key = 20%').reservedSpace('key')).toEqual({ kind: 'ratio', ratio: 0.2 })
    expect(conf('key = 12.50 %').reservedSpace('key')).toEqual({ kind: 'ratio', ratio: 0.125 })
    for (const bad of ['101%', '-5%', '%', 'x'])
      expect(() => conf(`key = ${bad}`).reservedSpace('key')).toThrow(ConfError)
  })

  it('read times of day', () => {
    expect(conf('key = 03:00').timeOfDay('key')).toEqual({ hour: 3, minute: 0 })
    expect(conf('key = 23:59').timeOfDay('key')).toEqual({ hour: 23, minute: 59 })
    for (const bad of ['24:00', '00:60', '3', '03:00:00'])
      expect(() => conf(`key = ${bad}`).timeOfDay('key')).toThrow(ConfError)
  })

  it('name file, line, key, value and bound of a number that does not fit', () => {
    const bad = conf('\nport = 99999\nthreads = many\n')
    expect(() => bad.integer('port', { max: 65_535 })).toThrow(
      '/etc/fdfs/storage.conf:2: port = 99999: more than 65535',
    )
    expect(() => bad.integer('port', { min: 100_000 })).toThrow('less than 100000')
    expect(() => bad.integer('threads')).toThrow('/etc/fdfs/storage.conf:3: threads = many: not a whole number')
  })

  it('take one of the choices', () => {
    expect(conf('http_access = open').choice('http_access', ['ticket', 'open'], 'ticket')).toBe('open')
    expect(() => conf('http_access = Open').choice('http_access', ['ticket', 'open'])).toThrow(
      'not one of ticket, open',
    )
  })

  it('give the fallback for a key that is absent or has no value, and demand one without', () => {
    const empty = conf('port =\nhosts =\n')
    expect(empty.integer('port', { fallback: 5 })).toBe(5)
    expect(empty.text('nothing', '')).toBe('')
    expect(empty.boolean('nothing', true)).toBe(true)
    expect(empty.all('hosts')).toEqual([])
    expect(() => empty.text('base_path')).toThrow('/etc/fdfs/storage.conf: base_path is missing')
    expect(() => empty.integer('port')).toThrow(ConfError)
  })

  it('split lists at commas, over repeated keys', () => {
    expect(conf('web_origins = http://a, http://b,\nweb_origins = http://c').list('web_origins')).toEqual([
      'http://a',
      'http://b',
      'http://c',
    ])
  })
})

describe('readConf', () => {
  it('puts included files in place, relative to the including one, and keeps the section', () => {
    const file = join(folder, 'storage.conf')
    mkdirSync(join(folder, 'more'))
    writeFileSync(file, 'port = 1\n[http]\n#include more/http.conf\nlast = 1\n')
    writeFileSync(join(folder, 'more', 'http.conf'), 'type = text\n#include deeper.conf\n')
    writeFileSync(join(folder, 'more', 'deeper.conf'), '[deep]\nkeys_file = ../keys.json\n')
    const read = readConf(file)
    expect(read.section('http').text('type')).toBe('text')
    expect(read.section('http').text('last')).toBe('1')
    expect(read.section('deep').path('keys_file')).toBe(join(folder, 'keys.json'))
    expect(read.path('other', 'ids.conf')).toBe(join(folder, 'ids.conf'))
  })

  it('names the including line when a file is missing, nests for ever or is a URL', () => {
    const file = join(folder, 'loop.conf')
    writeFileSync(file, '#include loop.conf\n')
    expect(() => readConf(file)).toThrow('nests deeper than 10')
    writeFileSync(file, '\n#include nothing.conf\n')
    expect(() => readConf(file)).toThrow(`${file}:2: cannot read the included ${join(folder, 'nothing.conf')}`)
    writeFileSync(file, '#include http://example.com/a.conf\n')
    expect(() => readConf(file)).toThrow('a URL is not supported')
  })

  it('names a file that does not exist', () => {
    expect(() => readConf(join(folder, 'absent.conf'))).toThrow(`cannot read ${join(folder, 'absent.conf')}`)
  })
})

it('a configuration throws nothing but ConfError, whatever the text', () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string().map((value) => `key = ${value}`),
  )
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      try {
        const read = conf(lines.join('\n'))
        read.byteSize('key', { fallback: 0 })
        read.timeOfDay('key', { hour: 0, minute: 0 })
      } catch (error) {
        if (!(error instanceof ConfError)) throw error
      }
    }),
  )
})
