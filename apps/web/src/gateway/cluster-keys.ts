import { ConnectionError, ServerError } from '@cairn/dfs-core'
import { type PayloadOf, TicketError, verify } from '@cairn/dfs-core/tickets'
import type { TicketKeys } from '@cairn/dfs-http'
import { addressBook } from '../lib/dfs.ts'
import { masterKeys } from '../lib/keys.ts'

/** The groups of the cluster. What was known last is good while no tracker answers. */
export class ClusterGroups {
  #known: readonly string[] = []

  async list(): Promise<readonly string[]> {
    try {
      this.#known = await addressBook().groups()
    } catch (error) {
      if (!(error instanceof ConnectionError || error instanceof ServerError) || this.#known.length === 0) throw error
    }
    return this.#known
  }
}

/** Checks tickets of these groups: each has a key of its own, derived from the master that this process holds. */
export function ticketKeysOf(groups: readonly string[]): TicketKeys {
  return {
    verify<T extends 'up' | 'dl' | 'sv'>(token: string, type: T): PayloadOf<T> {
      const now = Math.floor(Date.now() / 1000)
      let refusal: unknown = new TicketError('unknown_key', 'there is no group')
      for (const group of groups) {
        try {
          const payload = verify(token, type, masterKeys().ticketRing(group), now)
          // The storages of a group hold its key: it opens nothing in other groups.
          if (!('grp' in payload) || payload.grp === group) return payload
          throw new TicketError('bad_mac', `a ticket for ${payload.grp} that is signed by ${group}`)
        } catch (error) {
          refusal = error
          const isOfAnotherGroup = error instanceof TicketError && error.code === 'bad_mac'
          if (!isOfAnotherGroup) throw error
        }
      }
      throw refusal
    },
  }
}
