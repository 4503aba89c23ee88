/** Small enough that little is sent again after a reload, large enough that the answers to it cost next to nothing. */
export const SEGMENT_BYTES = 4 * 1024 * 1024

export type Segment = {
  readonly off: number
  readonly bytes: number
  /** So much of it is there or under way. */
  sent: number
  /** The storage may have something of it: it is asked before anything is sent again. */
  begun: boolean
  isStored: boolean
}

type Bounds = {
  length: number
  prefix: number
  /** So far behind the prefix the storage takes segments. */
  ahead: number
}

/**
 * Which segments of an upload go next. Those that were given out lie side by side from the prefix on, without gaps; each
 * is busy, open (it broke, and goes again), or stored ahead of the prefix.
 */
export class SegmentPlan {
  readonly #length: number
  readonly #ahead: number
  #prefix: number
  #segments: Segment[] = []
  readonly #busy = new Set<Segment>()

  constructor({ length, prefix, ahead }: Bounds) {
    this.#length = length
    this.#prefix = prefix
    this.#ahead = ahead
  }

  /** For a run after this one: what was busy here is open there, whatever the run that is ending still says here. */
  forNextRun(): SegmentPlan {
    const next = new SegmentPlan({ length: this.#length, prefix: this.#prefix, ahead: this.#ahead })
    next.#segments = this.#segments.map((segment) => ({ ...segment }))
    next.#tidy()
    return next
  }

  /** Bytes from the first one on that the storage has without a gap, as it said last. */
  get prefix(): number {
    return this.#prefix
  }

  /** What is there or under way, ahead of the prefix too. */
  get sent(): number {
    return this.#segments.reduce(
      (sum, { off, sent }) => sum + Math.max(0, off + sent - Math.max(off, this.#prefix)),
      this.#prefix,
    )
  }

  get isWhole(): boolean {
    return this.#prefix === this.#length
  }

  get isIdle(): boolean {
    return this.#busy.size === 0
  }

  /** The segment that goes next; null: none may now. With one lane what was begun is brought to its end, and no more. */
  next(lanes: number): Segment | null {
    if (this.#busy.size >= lanes) return null
    const open = this.#segments.find((segment) => !segment.isStored && !this.#busy.has(segment))
    const segment = open ?? (lanes > 1 ? this.#further() : null)
    if (segment !== null) this.#busy.add(segment)
    return segment
  }

  progressed(segment: Segment, sent: number): void {
    segment.sent = Math.min(sent, segment.bytes)
  }

  stored(segment: Segment): void {
    this.#busy.delete(segment)
    Object.assign(segment, { sent: segment.bytes, isStored: true })
    this.#tidy()
  }

  /** It goes again; the storage has what it got of it. */
  broke(segment: Segment): void {
    this.#busy.delete(segment)
    this.#tidy()
  }

  /** It goes again, from its first byte. */
  lost(segment: Segment): void {
    Object.assign(segment, { sent: 0, begun: false })
    this.broke(segment)
  }

  /** Answers overtake each other: the furthest is the truth. */
  prefixIs(prefix: number): void {
    this.#prefix = Math.min(this.#length, Math.max(this.#prefix, prefix))
    this.#tidy()
  }

  #further(): Segment | null {
    const last = this.#segments.at(-1)
    const off = Math.max(this.#prefix, last === undefined ? 0 : last.off + last.bytes)
    const bytes = Math.min(SEGMENT_BYTES, this.#length - off)
    if (bytes <= 0 || off + bytes > this.#prefix + this.#ahead) return null
    const segment = { off, bytes, sent: 0, begun: false, isStored: false }
    this.#segments.push(segment)
    return segment
  }

  #tidy(): void {
    this.#segments = this.#segments.filter(
      (segment) => this.#busy.has(segment) || segment.off + segment.bytes > this.#prefix,
    )
  }
}
