import { UploadError } from './upload-error.ts'
import type { ReleaseSlot, UploadSlots } from './upload-slots.ts'

/** Requests for segments of one upload, which hold its slot together. */
interface Group {
  readonly ep: number
  readonly members: Set<AbortController>
  release: Promise<ReleaseSlot>
}

/**
 * Requests for segments of one upload run side by side, and share the slot of the upload: whoever wants the upload itself stops all of them
 * and has it when they have ended. Each has a slot of its own name, too, so that of two requests for one segment the newer wins.
 */
export class SegmentSlots {
  readonly #slots: UploadSlots
  readonly #groups = new Map<string, Group>()

  constructor(slots: UploadSlots) {
    this.#slots = slots
  }

  /** Throws `locked` while a request for the upload itself is under way: it is the client's own, or a newer one's. */
  async hold<T>(
    { upl, off, ep }: { upl: string; off: number; ep: number },
    work: (takeover: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const takeover = new AbortController()
    const release = await this.#slots.acquire(`${upl}.${off}`, () => takeover.abort())
    try {
      const group = this.#group(upl, ep)
      group.members.add(takeover)
      try {
        await group.release
        return await work(takeover.signal)
      } finally {
        await this.#leave(upl, group, takeover)
      }
    } finally {
      release()
    }
  }

  /** Those of a lower epoch are stopped like everybody who is older. */
  #group(upl: string, ep: number): Group {
    const known = this.#groups.get(upl)
    if (known !== undefined && known.ep >= ep) return known
    if (known === undefined && this.#slots.has(upl)) {
      throw new UploadError('locked', `a request for upload ${upl} itself is under way`)
    }
    const members = new Set<AbortController>()
    const group: Group = { ep, members, release: Promise.resolve(() => undefined) }
    this.#groups.set(upl, group)
    group.release = this.#slots.acquire(upl, () => {
      this.#dissolve(upl, group)
      for (const member of members) member.abort()
    })
    return group
  }

  async #leave(upl: string, group: Group, member: AbortController): Promise<void> {
    group.members.delete(member)
    if (group.members.size > 0) return
    this.#dissolve(upl, group)
    const [released] = await Promise.allSettled([group.release])
    if (released.status === 'fulfilled') released.value()
  }

  /** Nobody joins it any more. */
  #dissolve(upl: string, group: Group): void {
    if (this.#groups.get(upl) === group) this.#groups.delete(upl)
  }
}
