import { networkInterfaces } from 'node:os'
import { ConnectionError, DfsClient, ServerError, Status } from '@cairn/dfs-core'
import { AddressBook, type Member, type ReachableMember } from './address-book.ts'
import { ApiError } from './api-error.ts'
import { env } from './env.ts'
import { storageOrigin } from './storage-url.ts'

const CONNECT_TIMEOUT_MS = 3000
const NETWORK_TIMEOUT_MS = 30_000
const CHOICES_MAX = 3
const LOOPBACK = '127.0.0.1'
const ADDRESSES_FRESH_MS = 5000

// Not process-wide: Next bundles dfs-core into pages, routes and the proxy anew, and an error that a client of one bundle
// throws is no instance of the class of another. Each has its own few connections.
let client: DfsClient | undefined
let book: AddressBook | undefined
let own: { addresses: ReadonlySet<string>; until: number } | undefined

/** The client of the file system. */
export function dfs(): DfsClient {
  client ??= new DfsClient({
    trackers: [...env().trackers],
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    networkTimeoutMs: NETWORK_TIMEOUT_MS,
  })
  return client
}

export function addressBook(): AddressBook {
  book ??= new AddressBook(dfs(), env().gateway?.port)
  return book
}

/** Runs a call to the file system; "nobody answers" becomes ApiError no_storage, "no room" no_room. */
export async function reachingStorage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ConnectionError || error instanceof ServerError)) throw error
    if (error instanceof ServerError && error.status === Status.ENOSPC) {
      // biome-ignore lint/style/useErrorCause: the rule knows the cause only as the second argument.
      throw new ApiError('no_room', 'No storage has room for new files right now.', { cause: error })
    }
    // biome-ignore lint/style/useErrorCause: the rule knows the cause only as the second argument.
    throw new ApiError('no_storage', 'No storage can take or give files right now. Your files are safe.', {
      cause: error,
    })
  }
}

export function isReachable(member: Member | undefined): member is ReachableMember {
  return member?.isActive === true && member.httpPort !== null
}

/**
 * Where a new file goes: the storage that the trackers choose; another one when that does not serve browsers now, or is one of `avoid`,
 * which could not write or did not answer a browser.
 */
export async function chooseStorage(avoid: readonly string[] = []): Promise<ReachableMember> {
  return await reachingStorage(async () => {
    for (let attempt = 1; attempt <= CHOICES_MAX; attempt += 1) {
      const { group, ip, port } = await dfs().tracker.queryStore()
      const member = await takerAt(group, { ip, port }, avoid)
      if (member !== null) return member
      // Trackers may name the same one each time, or in turn with somebody else who asks.
      for (const other of (await dfs().tracker.queryStoreAll(group)).servers) {
        const found = await takerAt(group, other, avoid)
        if (found !== null) return found
      }
    }
    throw new ApiError('no_storage', 'No storage takes files right now. Nothing is lost.')
  })
}

/** The same, where `avoid` is only a wish: what is avoided takes a file that nobody else can. */
export async function chooseStorageRatherNot(avoid: readonly string[]): Promise<ReachableMember> {
  try {
    return await chooseStorage(avoid)
  } catch (error) {
    if (avoid.length === 0 || !(error instanceof ApiError)) throw error
    return await chooseStorage()
  }
}

async function takerAt(
  group: string,
  { ip, port }: { ip: string; port: number },
  avoid: readonly string[],
): Promise<ReachableMember | null> {
  const member = await addressBook().at(group, ip, port)
  return isReachable(member) && !avoid.includes(member.storageId) ? member : null
}

/** Remembered for a short while: each of a thousand tickets asks for them. */
function ownAddresses(): ReadonlySet<string> {
  const now = Date.now()
  if (own === undefined || own.until < now) {
    const networks = Object.values(networkInterfaces()).flat()
    own = { addresses: new Set(networks.map((network) => network?.address ?? '')), until: now + ADDRESSES_FRESH_MS }
  }
  return own.addresses
}

/** The origin at which the sender of a request reaches a storage. */
export function browserOrigin(member: ReachableMember, requestOrigin: string): string {
  // The gateway runs beside this process.
  const ip = env().gateway === undefined ? member.ip : LOOPBACK
  return storageOrigin(
    { ...member, ip },
    {
      setting: env().storageUrl,
      requestHost: new URL(requestOrigin).hostname,
      ownAddresses: ownAddresses(),
    },
  )
}

/**
 * The origins of all storages, for the Content-Security-Policy of a page: also of those that are down and may be back
 * before the page is closed. Empty while no tracker answers: the page itself must still open.
 */
export async function storageOrigins(requestOrigin: string): Promise<string[]> {
  try {
    const members = await reachingStorage(() => addressBook().members())
    const origins = members.flatMap((member) => {
      const httpPort = member.httpPort ?? addressBook().lastHttpPort(member)
      // A storage may lie below a path of its proxy, which a policy would take for a single address.
      return httpPort === null ? [] : new URL(browserOrigin({ ...member, httpPort }, requestOrigin)).origin
    })
    return [...new Set(origins)]
  } catch (error) {
    if (error instanceof ApiError) return []
    throw error
  }
}
