import { describe, expect, it } from 'vitest'
import { expandHostPattern, readAllowHosts } from './allow-hosts.ts'
import { parseConf } from './conf.ts'

describe('allow_hosts', () => {
  it.each([
    ['10.0.1.2', ['10.0.1.2']],
    ['10.0.0.0/8', ['10.0.0.0/8']],
    ['10.0.1.[1-3,20]', ['10.0.1.1', '10.0.1.2', '10.0.1.3', '10.0.1.20']],
    ['host[08-10].domain.com', ['host08.domain.com', 'host09.domain.com', 'host10.domain.com']],
    ['10.0.[1-2].[5,6]', ['10.0.1.5', '10.0.1.6', '10.0.2.5', '10.0.2.6']],
  ])('%s stands for its hosts', (pattern, hosts) => {
    expect(expandHostPattern(pattern)).toEqual(hosts)
  })

  it.each(['10.0.1.[', '10.0.1.]', '10.0.1.[5-1]', '10.0.1.[a]', '10.0.1.[]', '10.[0-255].[0-255].1'])(
    '%s is refused',
    (pattern) => {
      expect(() => expandHostPattern(pattern)).toThrow(RangeError)
    },
  )

  const read = (...values: string[]) =>
    readAllowHosts(parseConf(values.map((value) => `allow_hosts = ${value}\n`).join(''), 'x.conf'))

  it('may be repeated, and a value may hold several', async () => {
    expect(await read('10.0.1.[1-2,20], 10.0.2.1,', '192.168.0.0/16')).toEqual([
      '10.0.1.1',
      '10.0.1.2',
      '10.0.1.20',
      '10.0.2.1',
      '192.168.0.0/16',
    ])
  })

  it('may be a host name', async () => {
    expect((await read('localhost'))?.[0]).toMatch(/^(127\.0\.0\.1|::1)$/)
  })

  it('lets everybody in without a value, or with an asterisk', async () => {
    expect([await read(), await read('10.0.1.1', '*')]).toEqual([null, null])
  })

  it('names what is wrong', async () => {
    await expect(read('10.0.0.[5-1]')).rejects.toThrow('x.conf: allow_hosts = 10.0.0.[5-1]: "5-1" in')
    await expect(read('10.0.0.0/33')).rejects.toThrow('x.conf: allow_hosts = 10.0.0.0/33: ')
  })
})
