import type { ContentHasher } from './content-hasher.ts'
import { fileKey } from './lost-files.ts'
import { hasHead, isFileOf } from './same-file.ts'
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

  /** Whether the browser kept something to open one of them from. */
  canReopen(): boolean {
    for (const { file, source } of this.#parts.jobs.values()) if (file === null && source !== null) return true
    return false
  }

  /** The file of an upload was found again. If it was changed meanwhile, the upload says so and ends. */
  async found(job: Job, file: File): Promise<void> {
    const { hasher, jobs, onFound } = this.#parts
    const same = isFileOf(job, file) && (await hasHead(hasher, job, file))
    if (!jobs.has(job.id) || job.file !== null) return
    if (!same) this.#changed(job, file)
    else {
      job.file = file
      onFound(job)
    }
  }

  /** Gives a file to the upload that waits for it, if there is one. */
  give(job: Job | undefined, file: File): boolean {
    if (job === undefined) return false
    void this.found(job, file)
    return true
  }

  /** Goes on with what another device began. False: this is another file. */
  async goOnFromElsewhere(upload: UnfinishedUpload, file: File): Promise<boolean> {
    const { hasher, jobs, onAdopted, onFound } = this.#parts
    const known = [...jobs.values()].find(({ uploadId }) => uploadId === upload.uploadId)
    if (known !== undefined) return known.file !== null || this.give(known, file)
    const job = jobFromElsewhere(upload, file)
    if (upload.size !== file.size || !(await hasHead(hasher, job, file))) return false
    onAdopted(job)
    onFound(job)
    return true
  }

  /** Gives files to the uploads that wait for them. Of `wanted` it is said when no file fits. */
  choose(files: readonly File[], wanted: string | null): void {
    const byKey = new Map(files.map((file) => [fileKey(file), file]))
    for (const job of this.all()) {
      const file = byKey.get(fileKey(job))
      if (file !== undefined) void this.found(job, file)
      else if (job.id === wanted) this.#refuse(job, files)
    }
    this.#parts.store.flush()
  }

  #refuse(job: Job, files: readonly File[]): void {
    const changed = files.find(({ name }) => name === job.name)
    if (changed === undefined) this.#parts.store.dispatch({ type: 'other-file', id: job.id })
    else this.#changed(job, changed)
  }

  #changed(job: Job, file: File): void {
    this.#parts.outcomes.failed(job, { code: 'changed' })
    Object.assign(job, { file, size: file.size, lastModified: file.lastModified, probe: null })
  }
}
