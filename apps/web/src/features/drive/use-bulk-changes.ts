'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiFailure } from '../../lib/call-api.ts'
import { copyEntries, deleteEntries, moveEntries, restoreEntries, trashEntries, undoChange } from './api-client.ts'
import type { Chosen } from './chosen.ts'
import { addTo, refreshAll, refreshWhenGone, removeFrom } from './folder-cache.ts'
import { noteJob } from './job-cache.ts'
import type { Change, Clash, ConflictDecisions, JobKind, JobView } from './schema.ts'
import type { Step } from './undo-stack.ts'
import type { useChangeToast } from './use-change-toast.ts'
import type { Target } from './use-drive-changes.ts'
import { useJobText } from './use-job-text.ts'

/** Something to be done to many entries, and what was decided about taken names. */
export type Bulk = { kind: JobKind; chosen: Chosen; target?: Target; fromDrive?: boolean; conflict?: ConflictDecisions }
/** Names that are taken where things go: people decide. */
export type Conflict = { bulk: Bulk; clashes: readonly Clash[]; count: number }

function send({ kind, chosen: { selector }, target, fromDrive = false, conflict }: Bulk): Promise<Change> {
  if (kind === 'trash') return trashEntries(selector)
  if (kind === 'restore') return restoreEntries(selector, conflict)
  if (kind === 'delete') return deleteEntries(selector, fromDrive)
  if (target === undefined) throw new Error(`${kind} without a folder`)
  return kind === 'move' ? moveEntries(selector, target.id, conflict) : copyEntries(selector, target.id, conflict)
}

/** Takes a job back, by a job that can be taken back itself. */
function undoing(jobId: string, onDone: (change: Change) => void): Step {
  return async () => {
    const change = await undoChange(jobId)
    onDone(change)
    return undoing(change.job.id, onDone)
  }
}

/** Move, copy, trash, restore and delete: of three entries or of a hundred thousand. */
export function useBulkChanges(folderId: string, toast: ReturnType<typeof useChangeToast>) {
  const client = useQueryClient()
  const { doneText, startedText, title } = useJobText()
  const [conflict, setConflict] = useState<Conflict | null>(null)
  const noteUndo = ({ job }: Change) => noteJob(client, job)
  const mutation = useMutation({
    mutationFn: send,
    onMutate: ({ kind, chosen }) => {
      toast.begin()
      return kind === 'copy' ? () => undefined : removeFrom(client, folderId, chosen)
    },
    onSettled: toast.end,
    onSuccess: ({ job, items }, { kind, target }) => {
      noteJob(client, job)
      if (kind !== 'trash' && target !== undefined) addTo(client, target.id, items)
      refreshAll(client)
      if (job.finishedAt === null) toast.say(startedText(job))
      else if (kind === 'delete') toast.say(doneText(job))
      else if (job.done > job.skipped)
        toast.done(
          doneText(job),
          undoing(job.id, ({ job: undo }) => noteJob(client, undo)),
        )
    },
    onError: (error, bulk, takeBack) => {
      takeBack?.()
      refreshWhenGone(client, error)
      const clashes = clashesOf(error)
      if (clashes === null) toast.refused(error)
      else setConflict({ bulk, ...clashes })
    },
  })
  const act = (bulk: Bulk) => mutation.mutate(bulk)
  return {
    act,
    move: (chosen: Chosen, target: Target) => act({ kind: 'move', chosen, target }),
    copy: (chosen: Chosen, target: Target) => act({ kind: 'copy', chosen, target }),
    trash: (chosen: Chosen) => act({ kind: 'trash', chosen }),
    restore: (chosen: Chosen) => act({ kind: 'restore', chosen }),
    /** For good. */
    remove: (chosen: Chosen, fromDrive: boolean) => act({ kind: 'delete', chosen, fromDrive }),
    /** What went on in the background has ended: now it can be taken back. */
    jobEnded: (job: JobView) => {
      if (job.undoable && !job.isUndo) toast.done(title(job), undoing(job.id, noteUndo))
      else toast.say(title(job))
    },
    undoJob: (job: JobView) => void toast.again(undoing(job.id, noteUndo)),
    conflict,
    /** Goes on as decided; without a decision nothing is done. */
    decide: (decisions: ConflictDecisions | null) => {
      setConflict(null)
      if (conflict !== null && decisions !== null) act({ ...conflict.bulk, conflict: decisions })
    },
    waitingIds: mutation.isPaused ? (mutation.variables?.chosen.ids ?? []) : [],
  }
}

function clashesOf(error: unknown): { clashes: readonly Clash[]; count: number } | null {
  if (!(error instanceof ApiFailure) || error.code !== 'name_taken' || !('clashes' in error.extra)) return null
  // The server builds this list; see jobs/clashes.ts.
  return { clashes: error.extra.clashes as Clash[], count: Number(error.detail['count'] ?? 1) }
}
