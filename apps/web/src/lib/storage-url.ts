import { ApiError } from './api-error.ts'

/** What a storage tells about where it listens. */
export interface StorageAddress {
  storageId: string
  ip: string
  httpPort: number
}

interface Surroundings {
  /** CAIRN_STORAGE_URL: 'https://{id}.files.example', 'http://{ip}:{port}', or 'id=url,id=url'. */
  setting: string | undefined
  /** Host name (without port) under which the browser reached this application. */
  requestHost: string
  /** Addresses of the machine that this application runs on. */
  ownAddresses: ReadonlySet<string>
}

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/

/**
 * The origin at which a browser reaches a storage, without a slash at the end. The address that the tracker knows
 * need not be one: behind a proxy, in a container, or when the storage listens on the loopback of the web's machine.
 */
export function storageOrigin(storage: StorageAddress, surroundings: Surroundings): string {
  const { setting } = surroundings
  if (setting?.includes('=') && !setting.includes('{')) return fromList(setting, storage)
  if (setting) return fromTemplate(setting, storage)
  const isHere = LOOPBACK.test(storage.ip) || surroundings.ownAddresses.has(storage.ip)
  const host = isHere ? surroundings.requestHost : bracketed(storage.ip)
  return `http://${host}:${storage.httpPort}`
}

function bracketed(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip
}

function fromTemplate(template: string, { storageId, ip, httpPort }: StorageAddress): string {
  const filled = template
    .replaceAll('{id}', storageId)
    .replaceAll('{ip}', bracketed(ip))
    .replaceAll('{port}', String(httpPort))
  return withoutSlash(filled)
}

function fromList(list: string, { storageId }: StorageAddress): string {
  for (const pair of list.split(',')) {
    const equals = pair.indexOf('=')
    if (pair.slice(0, equals).trim() === storageId) return withoutSlash(pair.slice(equals + 1).trim())
  }
  throw new ApiError('no_storage', `CAIRN_STORAGE_URL names no address for storage ${storageId}.`)
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '')
}
