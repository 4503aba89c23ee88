import { ServerError, Status } from '@cairn/dfs-core'
import type { Member } from '../engine/members.ts'
import { BuddyLink, type BuddyLinkOptions } from './buddy-link.ts'
import { chooseBuddy } from './choose-buddy.ts'
import { PieceBuffers } from './piece-buffers.ts'

/** How long a member is believed to be what it said: a C storage may be replaced by one of Cairn. */
const BELIEVED_MS = 60_000

export interface BuddyDirectoryOptions extends BuddyLinkOptions {
  /** All members of the group, this one included. */
  members(): ReadonlyMap<string, Member>
}

/** Finds the members that can keep copies of uploads: active ones that speak Cairn's own commands. */
export class BuddyDirectory {
  readonly #options: BuddyDirectoryOptions
  readonly #buffers = new Map<string, PieceBuffers>()
  readonly #asked = new Map<string, { isCairn: boolean; until: number }>()

  constructor(options: BuddyDirectoryOptions) {
    this.#options = options
  }

  /** The id of the member that `find` would find, if those that were not asked lately are what they were. */
  guess(key: string): string | null {
    const others = this.#others()
    for (const [id, { isCairn }] of this.#asked) if (!isCairn) others.delete(id)
    return chooseBuddy(key, others.values())?.id ?? null
  }

  /** The member for what is named so; null when there is none. Rejects when the one that it would be does not answer. */
  async find(key: string): Promise<BuddyLink | null> {
    const others = this.#others()
    for (let member = chooseBuddy(key, others.values()); member !== null; member = chooseBuddy(key, others.values())) {
      const link = new BuddyLink(member, this.#buffersFor(member), this.#options)
      if (await this.#isCairn(link)) return link
      others.delete(member.id)
    }
    return null
  }

  #others(): Map<string, Member> {
    const others = new Map(this.#options.members())
    others.delete(this.#options.storageId)
    return others
  }

  #buffersFor({ id }: Member): PieceBuffers {
    const buffers = this.#buffers.get(id) ?? new PieceBuffers()
    this.#buffers.set(id, buffers)
    return buffers
  }

  async #isCairn(link: BuddyLink): Promise<boolean> {
    const known = this.#asked.get(link.id)
    if (known !== undefined && known.until > performance.now()) return known.isCairn
    const isCairn = await answersHello(link)
    this.#asked.set(link.id, { isCairn, until: performance.now() + BELIEVED_MS })
    return isCairn
  }
}

/** A C storage answers EINVAL and closes. */
async function answersHello(link: BuddyLink): Promise<boolean> {
  try {
    await link.hello()
    return true
  } catch (error) {
    if (error instanceof ServerError && (error.status === Status.EINVAL || error.status === Status.EOPNOTSUPP))
      return false
    throw error
  }
}
