import type { Readable } from 'node:stream'
import {
  type PartStatus,
  type SegmentName,
  type SegmentStatus,
  type SegmentStore,
  type SegmentWriteOptions,
  UploadError,
} from '@cairn/dfs-tus'
import type { BodyBudget } from './body-budget.ts'
import { writtenAt } from './disk-failure.ts'
import { forgetAhead } from './forget-ahead.ts'
import type { OpenParts } from './open-parts.ts'
import type { Part } from './part.ts'
import type { PartFinisher } from './part-finisher.ts'
import { receiveIntoSegment } from './segment-intake.ts'
import type { Segment } from './segment-map.ts'
import type { Shipping } from './shipping.ts'
import { takesSegments } from './upload-status.ts'

export interface DiskSegmentsOptions {
  parts: OpenParts
  budget: BodyBudget
  shipping: Pick<Shipping, 'follow'>
  finisher: Pick<PartFinisher, 'finish'>
  /** Of an upload. Throws `not_found`, `gone`. */
  status(upl: string): Promise<PartStatus>
}

/** Segments of the uploads of one storage: each is written where it belongs in its upload's part. */
export class DiskSegments implements SegmentStore {
  readonly #options: DiskSegmentsOptions

  constructor(options: DiskSegmentsOptions) {
    this.#options = options
  }

  async open(name: SegmentName, len: number): Promise<SegmentStatus> {
    const { upl, off } = name
    const upload = await this.#options.status(upl)
    if (upload.len !== null && off + len <= upload.offset) return await this.#passed(name, len)
    const part = this.#options.parts.get(upl)
    if (part === undefined || upload.len === null || !takesSegments(part)) {
      throw new UploadError('forbidden', `upload ${upl} takes no segments`)
    }
    const segment = part.ahead.open(off, len, { prefix: part.offset, len: upload.len })
    if (segment.stored > 0) await part.sync()
    return statusOf(part, segment)
  }

  async status({ upl, off }: SegmentName): Promise<SegmentStatus> {
    const { offset } = await this.#options.status(upl)
    const part = this.#options.parts.get(upl)
    const segment = part?.ahead.find(off) ?? null
    if (part !== undefined && segment !== null) return statusOf(part, segment)
    throw off < offset
      ? new UploadError('gone', `upload ${upl} has the bytes at ${off} already`)
      : new UploadError('not_found', `upload ${upl} has no segment at ${off}`)
  }

  async write(name: SegmentName, offset: number, body: Readable, options: SegmentWriteOptions): Promise<SegmentStatus> {
    const { upl, off } = name
    const { parts, shipping, finisher, budget } = this.#options
    const { offset: stored } = await this.status(name)
    if (stored !== offset) throw new UploadError('offset_conflict', `segment ${upl}.${off} has ${stored} bytes`)
    const part = parts.get(upl)
    const segment = part?.ahead.find(off) ?? null
    if (part === undefined || segment === null) throw new Error(`segment ${upl}.${off} has vanished`)
    const intake = { ...options, shipment: shipping.follow(part), budget }
    try {
      await parts.whileWritten(part, () => receiveIntoSegment(part, segment, body, intake))
    } catch (error) {
      // As for the upload itself: whoever takes over is told how much there is.
      if (error instanceof UploadError && error.code === 'taken_over') await part.sync()
      throw error
    }
    if (part.isComplete) void finisher.finish(part)
    else await part.sync()
    return statusOf(part, segment)
  }

  async remove(name: SegmentName): Promise<void> {
    await this.status(name)
    this.#options.parts.get(name.upl)?.ahead.remove(name.off)
  }

  async prefix(upl: string): Promise<number> {
    const { offset } = await this.#options.status(upl)
    return this.#options.parts.get(upl)?.prefix ?? offset
  }

  async forget(upl: string): Promise<void> {
    const part = this.#options.parts.get(upl)
    if (part !== undefined) await writtenAt(part.storePath, forgetAhead(part))
  }

  async #passed({ upl, off }: SegmentName, len: number): Promise<SegmentStatus> {
    const part = this.#options.parts.get(upl)
    if (part !== undefined && !part.isComplete) await part.sync()
    const { state, offset } = await this.#options.status(upl)
    return { upl, off, len, offset: len, prefix: state === 'open' ? (part?.prefix ?? offset) : offset, state }
  }
}

/** A complete upload is safe when its answer goes out: that waits for it. */
function statusOf(part: Part, { off, len, stored }: Segment): SegmentStatus {
  const { upl, isComplete, offset, prefix } = part
  const state = isComplete ? 'complete' : 'open'
  return { upl, off, len, offset: stored, prefix: isComplete ? offset : prefix, state }
}
