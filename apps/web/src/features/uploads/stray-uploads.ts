import { isOfThisDevice, senderId } from './device-id.ts'
import { abandonUploads, unfinishedUploads } from './upload-api.ts'
import type { UnfinishedUpload } from './upload-job.ts'
import type { RememberedUpload } from './upload-memory.ts'

const TOGETHER_MAX = 250

/**
 * Uploads that the server began for this page, in an announcement whose answer was lost. No file of the page knows them,
 * and they would keep their space for days.
 */
export class StrayUploads {
  readonly #known: () => ReadonlySet<string | null>
  readonly #onReleased: () => void
  #soon = false
  #inTheEnd = false

  /** `known`: the uploads of this page's files. */
  constructor(known: () => ReadonlySet<string | null>, onReleased: () => void) {
    this.#known = known
    this.#onReleased = onReleased
  }

  /** An announcement had no answer: the server may have heard it, or may hear it yet. */
  suspect(): void {
    this.#soon = true
    this.#inTheEnd = true
  }

  /** Before anything is announced again, and once more when nothing is left to announce. */
  isDue(isEnd: boolean): boolean {
    return this.#soon || (isEnd && this.#inTheEnd)
  }

  /** Gives them up. Never while something is being announced: until its answer is here, nobody knows what is begun. */
  async giveUp(isEnd: boolean): Promise<void> {
    if (!this.isDue(isEnd)) return
    // In the end it is tried once: without an answer they expire by themselves.
    if (isEnd) {
      this.#soon = false
      this.#inTheEnd = false
    }
    const sender = senderId()
    const open = await unfinishedUploads()
    this.#soon = false
    const known = this.#known()
    const strays = open.flatMap(({ uploadId, device }) => (device === sender && !known.has(uploadId) ? uploadId : []))
    await abandonTogether(strays)
    if (strays.length > 0) this.#onReleased()
  }
}

export type Noted = Pick<RememberedUpload, 'tab' | 'uploadId' | 'name' | 'size'>

/**
 * Uploads that the server began for pages that were left before they heard the answer: the files are noted, and without
 * an upload. Only such of which no byte was sent: the files are announced anew.
 */
export function straysOf(left: readonly Noted[], open: Iterable<UnfinishedUpload>): string[] {
  const noted = new Set(left.map(({ uploadId }) => uploadId))
  const lacking = new Map<string, number>()
  for (const { tab, uploadId, name, size } of left) {
    if (uploadId !== null) continue
    const key = strayKey(tab, { name, size })
    lacking.set(key, (lacking.get(key) ?? 0) + 1)
  }
  const strays: string[] = []
  for (const upload of open) {
    const key = strayKey(upload.device?.split('.')[1] ?? '', upload)
    const files = lacking.get(key) ?? 0
    if (files === 0 || upload.sent !== 0 || noted.has(upload.uploadId) || !isOfThisDevice(upload.device)) continue
    lacking.set(key, files - 1)
    strays.push(upload.uploadId)
  }
  return strays
}

function strayKey(page: string, { name, size }: Pick<Noted, 'name' | 'size'>): string {
  return `${page}\n${name}\n${size}`
}

export async function abandonTogether(uploadIds: readonly string[]): Promise<void> {
  for (let first = 0; first < uploadIds.length; first += TOGETHER_MAX) {
    await abandonUploads(uploadIds.slice(first, first + TOGETHER_MAX))
  }
}
