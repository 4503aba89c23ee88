import type { ChosenFile, Job, UploadTarget } from './upload-job.ts'

/** Uploads that wait for their files, to be found by what was chosen for the same place again. */
export class LostFiles {
  readonly #jobs: Map<string, Job>

  constructor(jobs: Iterable<Job>) {
    const lost = [...jobs].filter(({ file }) => file === null)
    this.#jobs = new Map(lost.map((job) => [placeKey(job), job]))
  }

  find({ file, path }: ChosenFile, { folderId }: UploadTarget): Job | undefined {
    return this.#jobs.size === 0 ? undefined : this.#jobs.get(`${folderId}\n${path}\n${fileKey(file)}`)
  }
}

function placeKey(job: Job): string {
  return `${job.folderId}\n${(job.onDisk ?? job).path}\n${fileKey({ ...job, ...job.onDisk })}`
}

/** What tells files of one folder apart without reading them. */
function fileKey({ name, size, lastModified }: Pick<File, 'name' | 'size' | 'lastModified'>): string {
  return `${name}\n${size}\n${lastModified}`
}

type Waiting = Pick<Job, 'id' | 'name' | 'size' | 'lastModified' | 'onDisk'>

/**
 * Which chosen file belongs to which waiting upload: the same as before, or one that has only its name. Where several
 * wait for a name, in different folders, only `wanted` takes a changed file: nobody can tell whose it is.
 */
export function matchFiles<Upload extends Waiting>(
  waiting: readonly Upload[],
  files: readonly File[],
  wanted: string | null,
): { same: [Upload, File][]; changed: [Upload, File][] } {
  const byKey = new Map(files.map((file) => [fileKey(file), file]))
  const same = waiting.flatMap((upload): [Upload, File][] => {
    const file = byKey.get(fileKey({ ...upload, ...upload.onDisk }))
    return file === undefined ? [] : [[upload, file]]
  })
  const [found, taken] = [new Set(same.map(([{ id }]) => id)), new Set(same.map(([, file]) => file))]
  const byName = new Map<string, Upload[]>()
  for (const upload of waiting) {
    if (found.has(upload.id)) continue
    const { name } = upload.onDisk ?? upload
    const named = byName.get(name)
    if (named === undefined) byName.set(name, [upload])
    else named.push(upload)
  }
  const changed = files.flatMap((file): [Upload, File][] => {
    const named = taken.has(file) ? [] : (byName.get(file.name) ?? [])
    const upload = named.length === 1 ? named[0] : named.find(({ id }) => id === wanted)
    if (upload !== undefined) byName.delete(file.name)
    return upload === undefined ? [] : [[upload, file]]
  })
  return { same, changed }
}
