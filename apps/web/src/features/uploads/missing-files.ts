import type { ContentHasher } from './content-hasher.ts'
import { matchFiles } from './lost-files.ts'
import { hasHead, isFileOf } from './same-file.ts'
import { renewal } from './ticket-renewal.ts'
import { type Job, jobFromElsewhere, type UnfinishedUpload } from './upload-job.ts'
import type { UploadOutcomes } from './upload-outcomes.ts'
import type { UploadStore } from './upload-store.ts'

type Parts = {
  store: UploadStore
  hasher: ContentHasher
  jobs: Map<string, Job>
  outcomes: UploadOutcomes
  /** It has its file again and goes on. */
  onFound: (job: Job) => void
  /** An upload that this page did not know of. */
  onAdopted: (job: Job) => void
}

/** Brings uploads of an earlier page, or of another device, together with their files; never with other ones. */
export class MissingFiles {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  all(): Job[] {
    return [...this.#parts.jobs.values()].filter(({ file }) => file === null)
  }

  /** Those that the server knows, by their ids here. */
  uploads(): Map<string, string> {
    return new Map(this.all().flatMap(({ id, uploadId }) => (uploadId === null ? [] : [[id, uploadId]])))
  }

  /** The server does not wait for these any more: another page has finished them, or given them up. */
  over(ids: readonly string[]): void {
    for (const id of ids) {
      const job = this.#parts.jobs.get(id)
      if (job !== undefined && job.uploadId !== null) void this.#over(job, job.uploadId)
    }
  }

  async #over(job: Job, uploadId: string): Promise<void> {
    const { jobs, outcomes, store } = this.#parts
    const { kind } = await renewal(job, uploadId, 'refused')
    if (!jobs.has(job.id) || job.file !== null) return
    if (kind === 'finished') outcomes.stored(job, { entry: null, notice: 'finished_elsewhere' })
    else if (kind === 'final') {
      // Its file is still wanted, and nothing of what was sent is there.
      outcomes.beginsAnew(job)
      store.dispatch({ type: 'file-lost', id: job.id })
    }
    store.flush()
  }

  /** Whether the browser kept something to open one of them from. */
  canReopen(): boolean {
    for (const { file, source } of this.#parts.jobs.values()) if (file === null && source !== null) return true
    return false
  }

  /** The browser found the file of an upload again. If it was changed meanwhile, the upload says so and ends. */
  async found(job: Job, file: File): Promise<void> {
    await this.#compare(job, file, () => this.#changed(job, file))
  }

  /** Gives a file that a person chose again to the upload that waits for it, if there is one. */
  give(job: Job | undefined, file: File): boolean {
    if (job === undefined) return false
    void this.#compare(job, file, () => this.#beginAnew(job, file))
    return true
  }

  /** Goes on with what another device began. False: this is another file. */
  async goOnFromElsewhere(upload: UnfinishedUpload, file: File): Promise<boolean> {
    const { hasher, jobs, onAdopted, onFound } = this.#parts
    const known = [...jobs.values()].find(({ uploadId }) => uploadId === upload.uploadId)
    if (known !== undefined) {
      if (known.file === null) await this.found(known, file)
      return true
    }
    const job = jobFromElsewhere(upload, file)
    if (upload.size !== file.size || !(await hasHead(hasher, job, file))) return false
    onAdopted(job)
    onFound(job)
    return true
  }

  /**
   * Gives files to the uploads that wait for them. One that has only the name of its upload begins anew: a phone writes a
   * photo anew each time that it is chosen. Of `wanted` it is said when no file fits.
   */
  choose(files: readonly File[], wanted: string | null): void {
    const { same, changed } = matchFiles(this.all(), files, wanted)
    for (const [job, file] of same) this.give(job, file)
    for (const [job, file] of changed) this.#beginAnew(job, file)
    const isFound = [...same, ...changed].some(([{ id }]) => id === wanted)
    if (wanted !== null && !isFound) this.#parts.store.dispatch({ type: 'other-file', id: wanted })
    this.#parts.store.flush()
  }

  async #compare(job: Job, file: File, onOther: () => void): Promise<void> {
    const { hasher, jobs, onFound } = this.#parts
    const same = isFileOf(job, file) && (await hasHead(hasher, job, file))
    if (!jobs.has(job.id) || job.file !== null) return
    if (!same) return onOther()
    job.file = file
    onFound(job)
  }

  #changed(job: Job, file: File): void {
    this.#parts.outcomes.failed(job, { code: 'changed' })
    replaceFile(job, file)
  }

  /** Nothing of what was sent is used. */
  #beginAnew(job: Job, file: File): void {
    replaceFile(job, file)
    this.#parts.outcomes.beginsAnew(job)
    this.#parts.onFound(job)
  }
}

function replaceFile(job: Job, file: File): void {
  Object.assign(job, { file, size: file.size, lastModified: file.lastModified, probe: null, source: null })
}
