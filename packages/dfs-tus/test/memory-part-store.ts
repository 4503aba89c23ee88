import type { Readable } from 'node:stream'
import { type NewPart, type PartStatus, type PartStore, UploadError, type WriteOptions } from '../src/index.ts'

interface MemoryPart extends NewPart {
  content: Buffer
  changedAtMs: number
  ended: boolean
}

/** A `PartStore` whose parts live and die with the process. */
export class MemoryPartStore implements PartStore {
  readonly expiryMs = 60_000
  readonly wholeMax = 1000
  readonly parts = new Map<string, MemoryPart>()

  fence(upl: string, ep: number): Promise<void> {
    const part = this.parts.get(upl)
    if (part !== undefined && ep < part.ep) return refuse('superseded', `upload ${upl} has epoch ${part.ep}`)
    if (part !== undefined) part.ep = ep
    return Promise.resolve()
  }

  isUnknown(upl: string): boolean {
    return !this.parts.has(upl)
  }

  putWhole(part: NewPart, content: Buffer): Promise<void> {
    this.parts.set(part.upl, { ...part, content, changedAtMs: Date.now(), ended: false })
    return Promise.resolve()
  }

  create(part: NewPart): Promise<PartStatus> {
    const sources = part.joins.map((upl) => this.parts.get(upl))
    if (sources.some((source) => source === undefined)) return refuse('not_found', 'a partial upload is missing')
    if (sources.some((source) => source?.concat !== 'partial' || source.content.length !== source.len)) {
      return refuse('bad_request', 'only complete partial uploads are joined')
    }
    const old = this.parts.get(part.upl)
    if (old?.ended) return refuse('gone', `upload ${part.upl} was ended`)
    if (old !== undefined && part.len !== null && old.len !== part.len)
      return refuse('length_mismatch', `upload ${part.upl} has another length`)
    if (old === undefined) {
      const content = Buffer.concat(sources.map((source) => source?.content ?? Buffer.alloc(0)))
      const len = sources.length > 0 ? content.length : part.len
      this.parts.set(part.upl, { ...part, len, content, changedAtMs: Date.now(), ended: false })
    }
    return this.status(part.upl)
  }

  status(upl: string): Promise<PartStatus> {
    const part = this.parts.get(upl)
    if (part === undefined) return refuse('not_found', `there is no upload ${upl}`)
    if (part.ended) return refuse('gone', `upload ${upl} was ended`)
    const { ep, len, content, changedAtMs, metadata, concat } = part
    const state = content.length === len ? 'linked' : 'open'
    return Promise.resolve({ upl, ep, len, offset: content.length, state, changedAtMs, metadata, concat })
  }

  async write(upl: string, offset: number, body: Readable, { takeover, check, len }: WriteOptions): Promise<number> {
    const part = this.parts.get(upl)
    if (part === undefined || part.content.length !== offset) throw new UploadError('offset_conflict', 'wrong offset')
    const before = part.content
    const yieldNow = (): void => {
      body.destroy()
    }
    takeover.addEventListener('abort', yieldNow)
    let whole = true
    try {
      for await (const chunk of body) {
        check?.update(chunk)
        part.content = Buffer.concat([part.content, chunk])
      }
    } catch {
      whole = false
    }
    takeover.removeEventListener('abort', yieldNow)
    const keepNothing = (error: unknown): never => {
      part.content = before
      throw error
    }
    if (part.content.length > (len ?? part.len ?? part.lenMax)) {
      keepNothing(new UploadError('too_large', 'longer than declared'))
    }
    if (check !== undefined && !whole) keepNothing(new UploadError('checksum_mismatch', 'the body broke off'))
    try {
      check?.verify()
    } catch (error) {
      keepNothing(error)
    }
    if (len !== undefined) part.len = len
    if (takeover.aborted) throw new UploadError('taken_over', 'a newer request continues this upload')
    return part.content.length
  }

  async remove(upl: string): Promise<void> {
    const status = await this.status(upl)
    if (status.offset === status.len) throw new UploadError('upload_finished', 'finished')
    const part = this.parts.get(upl)
    if (part !== undefined) part.ended = true
  }
}

function refuse(code: ConstructorParameters<typeof UploadError>[0], message: string): Promise<never> {
  return Promise.reject(new UploadError(code, message))
}
