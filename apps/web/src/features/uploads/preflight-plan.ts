import type { Conflict } from '../../lib/entries/conflict.ts'
import { factsOf } from './file-facts.ts'
import { whatFits } from './rules.ts'
import type { PreflightKind } from './schema.ts'
import type { ChosenFile } from './upload-job.ts'

/** From so many files on, people want to see what they are about to do. */
export const MANY_FILES = 200

type PlannedFile = ChosenFile & { kind: PreflightKind }

/** What uploading these files would mean. */
export type UploadPlan = {
  files: readonly PlannedFile[]
  freeBytes: number
  /** How long a replaced file stays in the trash. */
  trashDays: number
}

/** What is done with names that are taken: one decision for all, and others for single files by their place in the plan. */
export type Decisions = { all: Conflict; single: ReadonlyMap<number, Conflict> }

export type PlanPart = { count: number; bytes: number }

export function partOf({ files }: UploadPlan, kind: PreflightKind): PlanPart {
  const part = files.filter((file) => file.kind === kind)
  return { count: part.length, bytes: bytesOf(part) }
}

export function bytesOf(files: readonly ChosenFile[]): number {
  return files.reduce((sum, { file }) => sum + factsOf(file).size, 0)
}

/**
 * Identical files are skipped, and those with a taken name that was decided so; the others in their order. Those that
 * another page sends are not for this one to send, unless it asks for them later.
 */
export function filesToSend({ files }: UploadPlan, { all, single }: Decisions): ChosenFile[] {
  return files.flatMap((planned, index): ChosenFile[] => {
    const { kind, ...file } = planned
    if (kind === 'identical' || kind === 'coming') return []
    if (kind !== 'taken') return [file]
    const conflict = single.get(index) ?? all
    return conflict === 'skip' ? [] : [{ ...file, conflict }]
  })
}

export function identicalFiles({ files }: UploadPlan): ChosenFile[] {
  return files.filter(({ kind }) => kind === 'identical')
}

/** What another page sends: the server is asked about them once more, for they may have been given up by then. */
export function comingFiles({ files }: UploadPlan): ChosenFile[] {
  return files.flatMap(({ kind, ...file }) => (kind === 'coming' ? file : []))
}

/** How many of these find room, taken in their order. */
export function fittingCount(files: readonly ChosenFile[], freeBytes: number): number {
  const { fits } = whatFits(
    files.map(({ file }) => factsOf(file).size),
    freeBytes,
  )
  return fits.filter(Boolean).length
}

/** Whether to ask before anything starts: a taken name, not enough space, or very many files. */
export function needsDecision(plan: UploadPlan): boolean {
  const coming = plan.files.filter(({ kind }) => kind !== 'identical' && kind !== 'coming')
  return (
    plan.files.length >= MANY_FILES ||
    coming.some(({ kind }) => kind === 'taken') ||
    bytesOf(coming) > Math.max(0, plan.freeBytes)
  )
}
