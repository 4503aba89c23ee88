import { keepText, keptText } from '../../lib/site-storage.ts'
import type { UploadTarget } from './upload-job.ts'

const KEY = 'cairn.targets.'
const TARGETS_MAX = 3

/** The folders that this person uploaded into last, on this device; the newest first. */
export function recentTargets(personId: string): UploadTarget[] {
  return targetsIn(keptText(KEY + personId))
}

export function keepRecentTarget(personId: string, target: UploadTarget): void {
  keepText(KEY + personId, JSON.stringify(withTarget(recentTargets(personId), target)))
}

export function withTarget(recent: readonly UploadTarget[], target: UploadTarget): UploadTarget[] {
  return [target, ...recent.filter(({ folderId }) => folderId !== target.folderId)].slice(0, TARGETS_MAX)
}

/** What else may stand there was written by another version, or by nobody who knows us. */
export function targetsIn(text: string | null): UploadTarget[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(value) ? value.filter(isTarget).slice(0, TARGETS_MAX) : []
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}

function isTarget(value: unknown): value is UploadTarget {
  if (typeof value !== 'object' || value === null || !('folderId' in value) || !('label' in value)) return false
  return typeof value.folderId === 'string' && typeof value.label === 'string'
}
