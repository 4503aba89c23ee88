// Everything that `npm start` can be told, read once from the environment. docs/operations.md has the table.
import { networkInterfaces } from 'node:os'
import path from 'node:path'
import { PlainError } from './plain-error.mjs'
import { root } from './run.mjs'
import { requireUsableValues } from './setting-values.mjs'

/** Storage ids of the group that `npm start` runs, in the order of the port lists. */
const STORAGE_IDS = ['100001', '100002']

/** Settings that are read here. */
const OWN = [
  'CAIRN_PORT',
  'CAIRN_HOST',
  'CAIRN_TRACKER_PORT',
  'CAIRN_TRACKER_HTTP_PORT',
  'CAIRN_STORAGE_PORTS',
  'CAIRN_STORAGE_HTTP_PORTS',
  'CAIRN_DATA',
  'CAIRN_KEYS',
  'CAIRN_TRACKERS',
  'CAIRN_STORAGE_URL',
  'CAIRN_ORIGINS',
  'CAIRN_DURABILITY',
  'CAIRN_UPLOAD_MAX_BYTES',
  'CAIRN_UPLOADS',
  'CAIRN_GATEWAY_PORT',
]
/** Settings that go to the web processes as they are. */
const PASSED_ON = [
  'CAIRN_QUOTA_DEFAULT_BYTES',
  'CAIRN_SIGNUP',
  'CAIRN_TRUSTED_PROXIES',
  'CAIRN_METRICS_TOKEN',
  'CAIRN_SMTP_URL',
  'CAIRN_MAIL_FROM',
  'CAIRN_OIDC_ISSUER',
  'CAIRN_OIDC_CLIENT_ID',
  'CAIRN_OIDC_CLIENT_SECRET',
  'CAIRN_OIDC_NAME',
  'CAIRN_OIDC_SCOPES',
]
export const KNOWN_SETTINGS = [...OWN, ...PASSED_ON]

function readPort(name, text) {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text.trim()) && port >= 1 && port <= 65_535) return port
  throw new PlainError(`${name} must be a port from 1 to 65535, not "${text}".`)
}

function readPorts(name, text) {
  const ports = text.split(',').map((part) => readPort(name, part))
  if (ports.length === STORAGE_IDS.length) return ports
  throw new PlainError(`${name} needs ${STORAGE_IDS.length} ports separated by a comma, not "${text}".`)
}

function list(text) {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function refuseSharedPorts(ports) {
  const seen = new Map()
  for (const { port, variable } of ports) {
    if (seen.has(port)) throw new PlainError(`Port ${port} is given twice: by ${seen.get(port)} and by ${variable}.`)
    seen.set(port, variable)
  }
}

/** IPv4 addresses by which other machines of the network reach this one. */
export function lanAddresses() {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((address) => address.family === 'IPv4' && !address.internal)
    .map((address) => address.address)
}

/** Host names under which a browser may ask for the web application that listens on `host`. */
function browserHosts(host) {
  if (host === '127.0.0.1') return ['localhost', '127.0.0.1']
  if (host === '0.0.0.0' || host === '::') return ['localhost', '127.0.0.1', ...lanAddresses()]
  return [host.includes(':') ? `[${host}]` : host]
}

/** Where the storages' HTTP listens: browsers reach it as they reach the web, and the web server asks it on loopback. */
function storageHttpHost(host) {
  if (host === '127.0.0.1') return host
  return host.includes(':') ? '::' : '0.0.0.0'
}

/** Every port that a start will listen on, with its purpose and the variable that changes it. */
function portsOf({ host, webPort, gateway, tracker, storages }) {
  const loopback = '127.0.0.1'
  const web = [
    { port: webPort, host, purpose: 'web', variable: 'CAIRN_PORT' },
    ...(gateway === undefined ? [] : [{ ...gateway, purpose: 'gateway', variable: 'CAIRN_GATEWAY_PORT' }]),
  ]
  if (tracker === undefined) return web
  return [
    ...web,
    { port: tracker.port, host: loopback, purpose: 'tracker', variable: 'CAIRN_TRACKER_PORT' },
    { port: tracker.httpPort, host: loopback, purpose: 'tracker status', variable: 'CAIRN_TRACKER_HTTP_PORT' },
    ...storages.map(({ name, port }) => ({ port, host: loopback, purpose: name, variable: 'CAIRN_STORAGE_PORTS' })),
    ...storages.map(({ name, httpPort }) => ({
      port: httpPort,
      host: storageHttpHost(host),
      purpose: `${name} HTTP`,
      variable: 'CAIRN_STORAGE_HTTP_PORTS',
    })),
  ]
}

function ownCluster(env, dataDir) {
  const ports = readPorts('CAIRN_STORAGE_PORTS', env.CAIRN_STORAGE_PORTS ?? '23000,23001')
  const httpPorts = readPorts('CAIRN_STORAGE_HTTP_PORTS', env.CAIRN_STORAGE_HTTP_PORTS ?? '8888,8889')
  return {
    tracker: {
      port: readPort('CAIRN_TRACKER_PORT', env.CAIRN_TRACKER_PORT ?? '22122'),
      httpPort: readPort('CAIRN_TRACKER_HTTP_PORT', env.CAIRN_TRACKER_HTTP_PORT ?? '22123'),
      dir: path.join(dataDir, 'tracker'),
    },
    storages: STORAGE_IDS.map((id, index) => ({
      id,
      name: `storage${index + 1}`,
      port: ports[index],
      httpPort: httpPorts[index],
      dir: path.join(dataDir, `storage${index + 1}`),
    })),
  }
}

/** The gateway in front of storages that speak only FastDFS; undefined: the browsers go to Cairn's own. */
function gatewayOf(env, host) {
  const uploads = env.CAIRN_UPLOADS || 'storages'
  if (!['storages', 'gateway'].includes(uploads)) {
    throw new PlainError(`CAIRN_UPLOADS must be storages or gateway, not "${uploads}".`)
  }
  if (uploads === 'storages') return undefined
  return { port: readPort('CAIRN_GATEWAY_PORT', env.CAIRN_GATEWAY_PORT ?? '8880'), host: storageHttpHost(host) }
}

const DURABILITIES = ['none', 'group', 'each']

function checkedDurability(text = 'group') {
  if (DURABILITIES.includes(text)) return text
  throw new PlainError(`CAIRN_DURABILITY must be one of ${DURABILITIES.join(', ')}, not "${text}".`)
}

/**
 * Settings of one start. `tracker` and `storages` are undefined and empty when CAIRN_TRACKERS names a cluster that runs
 * elsewhere. Throws PlainError for values that cannot be used.
 */
export function readSettings(env) {
  requireUsableValues(env)
  const dataDir = path.resolve(root, env.CAIRN_DATA || '.cairn')
  const host = !env.CAIRN_HOST || env.CAIRN_HOST === 'localhost' ? '127.0.0.1' : env.CAIRN_HOST
  const webPort = readPort('CAIRN_PORT', env.CAIRN_PORT ?? '3000')
  const externalTrackers = list(env.CAIRN_TRACKERS)
  const isExternal = externalTrackers.length > 0
  const gateway = gatewayOf(env, host)
  if (isExternal && !env.CAIRN_KEYS && gateway === undefined) {
    throw new PlainError('CAIRN_TRACKERS needs CAIRN_KEYS too: the path of the cluster’s master.json.')
  }
  const { tracker, storages } = isExternal ? { tracker: undefined, storages: [] } : ownCluster(env, dataDir)
  const givenOrigins = list(env.CAIRN_ORIGINS).map((address) => new URL(address).origin)
  const urls = browserHosts(host).map((name) => `http://${name}:${webPort}`)
  const ports = portsOf({ host, webPort, gateway, tracker, storages })
  refuseSharedPorts(ports)
  return {
    dataDir,
    host,
    storageHttpHost: storageHttpHost(host),
    webPort,
    gateway,
    tracker,
    storages,
    ports,
    trackers: tracker === undefined ? externalTrackers : [`127.0.0.1:${tracker.port}`],
    urls,
    origins: [...new Set([...givenOrigins, ...urls])],
    webUrl: givenOrigins[0] ?? urls[0],
    keysFile: env.CAIRN_KEYS ? path.resolve(root, env.CAIRN_KEYS) : path.join(dataDir, 'secrets', 'master.json'),
    databaseUrl: env.DATABASE_URL || undefined,
    storageUrl: env.CAIRN_STORAGE_URL || undefined,
    durability: checkedDurability(env.CAIRN_DURABILITY),
    uploadMaxBytes: env.CAIRN_UPLOAD_MAX_BYTES || undefined,
    sessionSecret: env.NEXTAUTH_SECRET || undefined,
    passedOn: Object.fromEntries(PASSED_ON.filter((name) => env[name]).map((name) => [name, env[name]])),
    unknown: Object.keys(env).filter((name) => name.startsWith('CAIRN_') && !KNOWN_SETTINGS.includes(name)),
  }
}
