import type { ChosenFile, Job, UploadTarget } from './upload-job.ts'

/** Uploads that wait for their files, to be found by what was chosen for the same place again. */
export class LostFiles {
  readonly #jobs: Map<string, Job>

  constructor(jobs: Iterable<Job>) {
    const lost = [...jobs].filter(({ file }) => file === null)
    this.#jobs = new Map(lost.map((job) => [`${job.folderId}\n${job.path}\n${fileKey(job)}`, job]))
  }

  find({ file, path }: ChosenFile, { folderId }: UploadTarget): Job | undefined {
    return this.#jobs.size === 0 ? undefined : this.#jobs.get(`${folderId}\n${path}\n${fileKey(file)}`)
  }
}

/** What tells files of one folder apart without reading them. */
export function fileKey({ name, size, lastModified }: Pick<File, 'name' | 'size' | 'lastModified'>): string {
  return `${name}\n${size}\n${lastModified}`
}
