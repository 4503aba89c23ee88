import type { ContentHasher } from './content-hasher.ts'
import type { Job } from './upload-job.ts'

/** The same file as far as a browser can tell without reading it. */
export function isFileOf(job: Pick<Job, 'name' | 'size' | 'lastModified' | 'onDisk'>, file: File): boolean {
  return (job.onDisk ?? job).name === file.name && job.size === file.size && job.lastModified === file.lastModified
}

/**
 * Whether the file begins as the one that was sent. Without a hash of before, or without a worker to make one, the whole
 * is compared in the end all the same.
 */
export async function hasHead(hasher: Pick<ContentHasher, 'probe'>, { probe }: Pick<Job, 'probe'>, file: File) {
  if (probe === null) return true
  const found = await hasher.probe(file)
  return found === null || found === probe
}
