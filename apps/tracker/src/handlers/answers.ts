import { type AddressWidth, trackerCommands } from '@cairn/dfs-core'
import { type AddressClass, addressClass, addressFor } from '../cluster/address.ts'
import type { StorageServer } from '../cluster/cluster.ts'
import type { Session } from '../cluster/session.ts'

/**
 * The answers to QUERY_STORE and QUERY_FETCH are the same bytes again and again: they are made once per server, address
 * and store path, and dropped when the server's address changes.
 */
export interface Answers {
  /** 40 or 70 bytes: where to upload to. */
  store(server: StorageServer, pathIndex: number, session: Session): Buffer
  /** 39 or 69 bytes: where to read from or modify. */
  fetch(server: StorageServer, session: Session): Buffer
}

interface ServerAnswers {
  readonly ips: readonly string[]
  readonly port: number
  /** By address, then by store path index. */
  readonly store: Buffer[][]
  readonly fetch: Buffer[]
}

export function createAnswers(width: AddressWidth): Answers {
  const storeLayout = trackerCommands.queryStoreWithoutGroupOne.response.forWidth(width)
  const fetchLayout = trackerCommands.queryFetchOne.response.forWidth(width)
  const prepared = new WeakMap<StorageServer, ServerAnswers>()

  const answersOf = (server: StorageServer): ServerAnswers => {
    const known = prepared.get(server)
    if (known !== undefined && known.ips === server.ips && known.port === server.port) return known
    const fetch = server.ips.map((ip) => fetchLayout.encode({ group: server.group.name, ip, port: server.port }))
    const made = { ips: server.ips, port: server.port, store: server.ips.map(() => []), fetch }
    prepared.set(server, made)
    return made
  }

  return {
    store(server, pathIndex, session) {
      const addressIndex = addressIndexFor(server, session)
      const byPath = answersOf(server).store[addressIndex] as Buffer[]
      byPath[pathIndex] ??= storeLayout.encode({
        group: server.group.name,
        ip: server.ips[addressIndex] ?? '',
        port: server.port,
        storePathIndex: pathIndex,
      })
      return byPath[pathIndex] as Buffer
    },
    fetch(server, session) {
      return answersOf(server).fetch[addressIndexFor(server, session)] as Buffer
    },
  }
}

function addressIndexFor(server: StorageServer, session: Session): number {
  if (server.ips.length < 2) return 0
  return server.ips.indexOf(addressFor(server.ips, askerClass(session)))
}

export function askerClass(session: Session): AddressClass {
  return addressClass(session.peerIp)
}
