import { open } from 'node:fs/promises'
import { SNIFF_BYTES, sniffContentType } from '@cairn/dfs-http'
import { asUploadError } from './disk-failure.ts'
import type { FinishedUpload } from './ledger-line.ts'
import type { Part } from './part.ts'
import { removePartFiles } from './part-files.ts'
import { type CompleteUpload, type LinkContext, linkUpload } from './part-link.ts'
import type { Shipping } from './shipping.ts'
import type { UploadLedgers } from './upload-ledgers.ts'

export interface FinisherOptions {
  link: LinkContext
  ledgers: UploadLedgers
  shipping: Shipping
  /** The part is a file now, and its own files are gone. */
  onFinished(upload: FinishedUpload, seconds: number): void
  /** Told what failed where nobody waits. */
  report(message: string, error: unknown): void
}

/** Makes files of complete uploads, each once, whoever asks and however often. */
export class PartFinisher {
  readonly #options: FinisherOptions
  readonly #running = new Map<string, Promise<FinishedUpload>>()

  constructor(options: FinisherOptions) {
    this.#options = options
  }

  isRunning(upl: string): boolean {
    return this.#running.has(upl)
  }

  /** Starts to finish a complete part, or joins what runs. After a failure the next call tries again. */
  finish(part: Part): Promise<FinishedUpload> {
    const running = this.#running.get(part.upl)
    if (running !== undefined) return running
    const finishing = this.#finishPart(part).finally(() => this.#running.delete(part.upl))
    this.#running.set(part.upl, finishing)
    finishing.catch((error) => this.#options.report(`cannot finish upload ${part.upl}`, error))
    return finishing
  }

  /** When nobody finishes it any more, however that ended. */
  async settled(upl: string): Promise<void> {
    await Promise.allSettled([this.#running.get(upl)])
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#running.values())
  }

  async #finishPart(part: Part): Promise<FinishedUpload> {
    const startedAt = performance.now()
    const [hashes] = await Promise.all([part.hashes(), part.syncBytes()])
    this.#options.link.step('hashed')
    const { upl, offset: size, storePath, paths } = part
    const { ext, own, ent, metadata, concat } = part.facts
    const ct = await sniffContentType(await storePath.lane.run(() => readHead(paths.part)))
    const ep = part.ep
    const commitCopy = async (upload: FinishedUpload) => await this.#options.shipping.follow(part)?.commit(upload)
    const place = { storePath, path: paths.part, commitCopy }
    const finished = await this.#link({ upl, ep, ext, own, ent, metadata, concat, size, ct, ...place, ...hashes })
    if (part.ep > ep) await this.#options.ledgers.raise(upl, part.ep)
    await part.retire()
    await removePartFiles(storePath, paths)
    this.#options.link.step('removed')
    this.#options.onFinished(finished, (performance.now() - startedAt) / 1000)
    return finished
  }

  async #link(upload: CompleteUpload): Promise<FinishedUpload> {
    const { link, ledgers } = this.#options
    try {
      return await linkUpload(link, ledgers.at(upload.storePath), upload)
    } catch (error) {
      throw asUploadError(error, upload.storePath)
    }
  }
}

async function readHead(path: string): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const head = Buffer.alloc(SNIFF_BYTES)
    const { bytesRead } = await file.read(head, 0, SNIFF_BYTES, 0)
    return head.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
