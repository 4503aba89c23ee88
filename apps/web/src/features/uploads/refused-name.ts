import { extensionStart } from '../../components/split-name.ts'
import { bytesIn, NAME_BYTES_MAX, nameProblem, UNNAMEABLE } from '../../lib/entries/name-problem.ts'
import type { UploadError } from './upload-item.ts'
import { type Job, labelIn } from './upload-job.ts'

/** What about an upload cannot be: its own name, or that of a folder that it came with; `at`: of 'a/b' 0 is 'a'. */
export type RefusedName = { name: string; at: number | null }

export function isNameError(error: UploadError | null): boolean {
  return error?.code === 'name_invalid' || error?.code === 'name_too_long'
}

/** Null: nothing is wrong with its names, as far as a browser can tell. */
export function refusedName({ name, path }: Pick<Job, 'name' | 'path'>): RefusedName | null {
  if (nameProblem(name) !== null) return { name, at: null }
  const folders = foldersOf(path)
  const at = folders.findIndex((folder) => nameProblem(folder) !== null)
  const folder = folders[at]
  return folder === undefined ? null : { name: folder, at }
}

/** The nearest name that can be; null when nothing is left of it. */
export function suggestedName({ name, at }: RefusedName): string | null {
  const whole = name
    .normalize('NFC')
    .replace(/[\t\n\r]/g, ' ')
    .replaceAll('/', '-')
    .replace(new RegExp(UNNAMEABLE, 'gu'), '')
  const end = at === null ? extensionStart(whole) : whole.length
  const ending = whole.slice(end)
  const suggested = cutToBytes(whole.slice(0, end), NAME_BYTES_MAX - bytesIn(ending)) + ending
  return nameProblem(suggested) === null ? suggested : null
}

/**
 * Gives an upload the name that it can have. That of a folder is given to all that came with it and are not begun. What
 * the files are called on the disk is kept: a later page finds them by that. Which uploads were renamed.
 */
export function renameUploads(jobs: ReadonlyMap<string, Job>, id: string, wanted: string): string[] {
  const job = jobs.get(id)
  const refused = job === undefined ? null : refusedName(job)
  if (job === undefined || refused === null) return []
  const { at } = refused
  if (at === null) {
    Object.assign(job, { onDisk: job.onDisk ?? placeOnDisk(job), name: wanted })
    return [id]
  }
  const above = foldersOf(job.path).slice(0, at + 1)
  return [...jobs.values()].flatMap((other) => {
    const folders = foldersOf(other.path)
    const isBelow = other.folderId === job.folderId && above.every((folder, index) => folders[index] === folder)
    if (!isBelow || other.uploadId !== null) return []
    const path = folders.with(at, wanted).join('/')
    const target = labelIn(other.folderLabel, other.path, path)
    Object.assign(other, { onDisk: other.onDisk ?? placeOnDisk(other), path, folderLabel: target })
    return [other.id]
  })
}

function placeOnDisk({ name, path }: Job) {
  return { name, path }
}

/** As the server reads them: an empty part is none. */
function foldersOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '')
}

/** What people see as one character is not torn. */
function cutToBytes(text: string, bytes: number): string {
  let kept = ''
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (bytesIn(kept + segment) > bytes) break
    kept += segment
  }
  return kept
}
