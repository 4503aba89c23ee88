import { expect, it } from 'vitest'
import { isNodeRecent } from '../lib/node-version.mjs'
import { readSettings } from '../lib/settings.mjs'

it('listens on loopback only, on the documented ports, when nothing is set', () => {
  const settings = readSettings({})
  expect(settings.ports.map(({ port, host }) => `${host}:${port}`)).toEqual([
    '127.0.0.1:3000',
    '127.0.0.1:22122',
    '127.0.0.1:22123',
    '127.0.0.1:23000',
    '127.0.0.1:23001',
    '127.0.0.1:8888',
    '127.0.0.1:8889',
  ])
  expect(settings.origins).toEqual(['http://localhost:3000', 'http://127.0.0.1:3000'])
})

it('opens the web and the storages’ HTTP to the network with CAIRN_HOST, but no FastDFS port', () => {
  const open = readSettings({ CAIRN_HOST: '0.0.0.0' }).ports.filter(({ host }) => host !== '127.0.0.1')
  expect(open.map(({ port }) => port)).toEqual([3000, 8888, 8889])
})

it('lets the web server reach the storages on loopback when it listens on one address of the network', () => {
  const hosts = readSettings({ CAIRN_HOST: '192.168.1.5' }).ports.map(({ port, host }) => `${host}:${port}`)
  expect(hosts).toContain('192.168.1.5:3000')
  expect(hosts).toContain('0.0.0.0:8888')
})

it('starts no tracker and no storage when CAIRN_TRACKERS names a cluster', () => {
  const settings = readSettings({
    CAIRN_TRACKERS: '10.0.0.1:22122, 10.0.0.2:22122',
    CAIRN_KEYS: '/etc/cairn/master.json',
  })
  expect(settings.tracker).toBe(undefined)
  expect(settings.storages).toEqual([])
  expect(settings.trackers).toEqual(['10.0.0.1:22122', '10.0.0.2:22122'])
  expect(settings.ports.map(({ port }) => port)).toEqual([3000])
})

it('puts a gateway in front of any FastDFS cluster, with keys of its own', () => {
  const settings = readSettings({ CAIRN_TRACKERS: '10.0.0.1:22122', CAIRN_UPLOADS: 'gateway', CAIRN_HOST: '0.0.0.0' })
  expect(settings.gateway).toEqual({ port: 8880, host: '0.0.0.0' })
  expect(settings.ports.map(({ port }) => port)).toEqual([3000, 8880])
  expect(settings.keysFile).toMatch(/secrets\/master\.json$/)
  expect(readSettings({}).gateway).toBe(undefined)
})

it.each([
  [{ CAIRN_UPLOADS: 'gate' }, 'CAIRN_UPLOADS must be storages or gateway, not "gate"'],
  [{ CAIRN_UPLOADS: 'gateway', CAIRN_GATEWAY_PORT: '3000' }, 'Port 3000 is given twice'],
  [{ CAIRN_TRACKERS: '10.0.0.1:22122' }, 'CAIRN_TRACKERS needs CAIRN_KEYS too'],
  [{ CAIRN_PORT: 'http' }, 'CAIRN_PORT must be a port from 1 to 65535, not "http"'],
  [{ CAIRN_PORT: '70000' }, 'CAIRN_PORT must be a port'],
  [{ CAIRN_STORAGE_PORTS: '23000' }, 'CAIRN_STORAGE_PORTS needs 2 ports'],
  [{ CAIRN_PORT: '8888' }, 'Port 8888 is given twice: by CAIRN_PORT and by CAIRN_STORAGE_HTTP_PORTS'],
  [{ CAIRN_TRACKERS: 'trackers' }, 'CAIRN_TRACKERS must be host:port'],
  [{ CAIRN_ORIGINS: 'drive.example' }, 'CAIRN_ORIGINS must be addresses like https://drive.example'],
  [{ CAIRN_ORIGINS: 'https://drive.example/cairn' }, 'CAIRN_ORIGINS must be addresses'],
  [{ CAIRN_STORAGE_URL: 'files.example' }, 'CAIRN_STORAGE_URL must be an address'],
  [{ CAIRN_STORAGE_URL: '100001=https://a.example,100002=b' }, 'CAIRN_STORAGE_URL must be an address'],
  [{ CAIRN_TRUSTED_PROXIES: '10.0.0.0/33' }, 'CAIRN_TRUSTED_PROXIES must be addresses or networks'],
  [{ CAIRN_SIGNUP: 'maybe' }, 'CAIRN_SIGNUP must be open, invitation or closed, not "maybe"'],
  [{ CAIRN_QUOTA_DEFAULT_BYTES: '5 GB' }, 'CAIRN_QUOTA_DEFAULT_BYTES must be a number of bytes'],
  [{ CAIRN_UPLOAD_MAX_BYTES: '0' }, 'CAIRN_UPLOAD_MAX_BYTES must be a number of bytes'],
  [{ CAIRN_OIDC_ISSUER: 'https://id.example' }, 'CAIRN_OIDC_ISSUER needs CAIRN_OIDC_CLIENT_ID'],
  [{ CAIRN_METRICS_TOKEN: 'short' }, 'CAIRN_METRICS_TOKEN must be at least 16 characters.'],
  [
    { DATABASE_URL: 'mysql://root:secret@host/x' },
    'DATABASE_URL must be postgresql://user:password@host:5432/database.',
  ],
  [{ CAIRN_DURABILITY: 'high' }, 'CAIRN_DURABILITY must be one of none, group, each'],
])('refuses %o with a sentence', (env, sentence) => {
  expect(() => readSettings(env)).toThrow(sentence)
})

it.each([
  { CAIRN_STORAGE_URL: 'https://files.example/{id}/' },
  { CAIRN_STORAGE_URL: 'http://{ip}:{port}' },
  { CAIRN_STORAGE_URL: '100001=https://files1.example, 100002=https://files2.example' },
  { CAIRN_ORIGINS: 'https://Drive.example/, http://192.168.1.5:3000' },
  { CAIRN_TRUSTED_PROXIES: '127.0.0.1, fd00::/8' },
])('takes %o', (env) => {
  expect(() => readSettings(env)).not.toThrow()
})

it('notices a misspelt setting', () => {
  expect(readSettings({ CAIRN_PROT: '3001' }).unknown).toEqual(['CAIRN_PROT'])
})

it('puts the origins that were given before those it found', () => {
  const settings = readSettings({ CAIRN_ORIGINS: 'https://Drive.example/' })
  expect(settings.webUrl).toBe('https://drive.example')
  expect(settings.origins).toContain('http://localhost:3000')
})

it.each([
  ['20.19.0', true],
  ['20.18.3', false],
  ['18.20.0', false],
  ['22.0.0', true],
])('Node.js %s recent enough: %s', (version, expected) => {
  expect(isNodeRecent(version)).toBe(expected)
})
