import { otherTrackers, type TrackerAddress, type TrackerList } from '../cluster/tracker-list.ts'
import type { TrackerConfig } from '../config.ts'
import { TrackerPeer } from './tracker-peer.ts'

/** No tracker waits longer for another one, whatever `connect_timeout` and `network_timeout` say. */
const ANSWER_MS_MAX = 5000

/** The other trackers of the cluster, as far as this one has talked to them. */
export class Peers {
  readonly #config: TrackerConfig
  readonly #list: TrackerList
  readonly #peers = new Map<TrackerAddress, TrackerPeer>()

  constructor(config: TrackerConfig, list: TrackerList) {
    this.#config = config
    this.#list = list
  }

  /** `address` is one of the list's own objects. */
  at(address: TrackerAddress): TrackerPeer {
    let peer = this.#peers.get(address)
    if (peer === undefined) {
      peer = this.open(address)
      this.#peers.set(address, peer)
    }
    return peer
  }

  others(): TrackerPeer[] {
    return otherTrackers(this.#list).map((address) => this.at(address))
  }

  /** A connection of the caller's own, for an address that may never come into the list. */
  open(address: TrackerAddress): TrackerPeer {
    const { bindAddresses, connectTimeoutMs, networkTimeoutMs } = this.#config
    const [own = ''] = bindAddresses
    const isBound = own !== '0.0.0.0' && own !== '::' && own.includes(':') === address.ips[0]?.includes(':')
    return new TrackerPeer(address, {
      connectTimeoutMs: Math.min(connectTimeoutMs, ANSWER_MS_MAX),
      networkTimeoutMs: Math.min(networkTimeoutMs, ANSWER_MS_MAX),
      ...(isBound && { localAddress: own }),
    })
  }

  close(): void {
    for (const peer of this.#peers.values()) peer.close()
  }
}
