'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { ApiFailure } from '../../lib/call-api.ts'
import {
  copyEntries,
  deleteEntries,
  moveEntries,
  restoreEntries,
  starEntries,
  tagEntries,
  trashEntries,
  undoChange,
} from './api-client.ts'
import type { Chosen } from './chosen.ts'
import { addTo, refreshAll, refreshWhenGone, removeFrom } from './folder-cache.ts'
import { noteJob } from './job-cache.ts'
import { JobEnds } from './job-ends.ts'
import type { Change, Clash, ConflictDecisions, JobKind, JobView, TagChange } from './schema.ts'
import type { Step } from './undo-stack.ts'
import type { useChangeToast } from './use-change-toast.ts'
import type { Target } from './use-drive-changes.ts'
import { isLabelling, useJobText } from './use-job-text.ts'

/** Something to be done to many entries, and what was decided about taken names. */
export type Bulk = {
  kind: JobKind
  chosen: Chosen
  target?: Target
  fromDrive?: boolean
  tags?: TagChange
  conflict?: ConflictDecisions
  /** Nothing was done, and everything is where it was. */
  onRefused?: (() => void) | undefined
}
/** Names that are taken where things go: people decide. */
export type Conflict = { bulk: Bulk; clashes: readonly Clash[]; count: number }

function send({ kind, chosen: { selector }, target, fromDrive = false, tags, conflict }: Bulk): Promise<Change> {
  if (kind === 'trash') return trashEntries(selector)
  if (kind === 'restore') return restoreEntries(selector, conflict)
  if (kind === 'delete') return deleteEntries(selector, fromDrive)
  if (kind === 'star' || kind === 'unstar') return starEntries(selector, kind === 'star')
  if (tags !== undefined) return tagEntries(selector, tags)
  if (target === undefined) throw new Error(`${kind} without a folder`)
  return kind === 'move' ? moveEntries(selector, target.id, conflict) : copyEntries(selector, target.id, conflict)
}

/** Takes a job back, by a job that can be taken back itself once `isDone`. */
function undoing(jobId: string, isDone: (change: Change) => Promise<void>): Step {
  return async () => {
    const change = await undoChange(jobId)
    await isDone(change)
    return undoing(change.job.id, isDone)
  }
}

/** Entries stay where they are. */
const staying: readonly JobKind[] = ['copy', 'star', 'unstar', 'tag']

/** Of so many the server makes a job, which takes it a moment. */
const MANY = 200
const sameAs = ({ kind, chosen, target, tags }: Bulk) => JSON.stringify([kind, chosen.selector, target?.id, tags])

/** Move, copy, trash, restore, delete, star and tag: of three entries or of a hundred thousand. */
export function useBulkChanges(folderId: string, toast: ReturnType<typeof useChangeToast>) {
  const client = useQueryClient()
  const { doneText, endText, startedText } = useJobText()
  const [conflict, setConflict] = useState<Conflict | null>(null)
  const jobEnds = useRef(new JobEnds())
  const onTheWay = useRef(new Set<string>())
  const untilDone = async ({ job }: Change) => {
    noteJob(client, job)
    if (job.finishedAt === null) await jobEnds.current.endOf(job.id)
  }
  const mutation = useMutation({
    mutationFn: send,
    onMutate: (bulk) => {
      const { kind, chosen, target = null } = bulk
      toast.begin()
      onTheWay.current.add(sameAs(bulk))
      if (chosen.count > MANY) toast.begun(startedText({ kind, total: chosen.count, name: chosen.name, target }))
      return staying.includes(kind) ? () => undefined : removeFrom(client, folderId, chosen)
    },
    onSettled: (_change, _error, bulk) => {
      onTheWay.current.delete(sameAs(bulk))
      toast.end()
    },
    onSuccess: ({ job, items }, { kind, target }) => {
      noteJob(client, job)
      if (kind !== 'trash' && target !== undefined) addTo(client, target.id, items)
      refreshAll(client)
      if (job.finishedAt === null) toast.say(startedText(job))
      else if (kind === 'delete' || (job.skipped > 0 && job.done === job.skipped && !isLabelling(job)))
        toast.say(doneText(job))
      else if (job.done > job.skipped) toast.done(doneText(job), undoing(job.id, untilDone))
      else toast.still()
    },
    onError: (error, bulk, takeBack) => {
      takeBack?.()
      refreshWhenGone(client, error)
      const clashes = clashesOf(error)
      if (clashes !== null) {
        toast.still()
        setConflict({ bulk, ...clashes })
        return
      }
      toast.refused(error)
      bulk.onRefused?.()
    },
  })
  const act = (bulk: Bulk) => {
    // Whoever presses again while nothing has come of it yet does not mean it twice.
    if (bulk.chosen.count <= MANY || !onTheWay.current.has(sameAs(bulk))) mutation.mutate(bulk)
  }
  return {
    act,
    move: (chosen: Chosen, target: Target, onRefused?: () => void) => act({ kind: 'move', chosen, target, onRefused }),
    copy: (chosen: Chosen, target: Target) => act({ kind: 'copy', chosen, target }),
    trash: (chosen: Chosen, onRefused?: () => void) => act({ kind: 'trash', chosen, onRefused }),
    restore: (chosen: Chosen, onRefused?: () => void) => act({ kind: 'restore', chosen, onRefused }),
    /** For good. */
    remove: (chosen: Chosen, fromDrive: boolean, onRefused?: () => void) =>
      act({ kind: 'delete', chosen, fromDrive, onRefused }),
    /** What went on in the background has ended: now it can be taken back. */
    jobEnded: (job: JobView) => {
      if (jobEnds.current.ended(job, endText(job))) return
      if (job.undoable && !job.isUndo) toast.done(endText(job), undoing(job.id, untilDone))
      else toast.say(endText(job))
    },
    undoJob: (job: JobView) => void toast.again(undoing(job.id, untilDone)),
    conflict,
    /** Goes on as decided; without a decision nothing is done. */
    decide: (decisions: ConflictDecisions | null) => {
      setConflict(null)
      if (conflict === null) return
      if (decisions === null) conflict.bulk.onRefused?.()
      else act({ ...conflict.bulk, conflict: decisions })
    },
    waitingIds: mutation.isPaused ? (mutation.variables?.chosen.ids ?? []) : [],
  }
}

function clashesOf(error: unknown): { clashes: readonly Clash[]; count: number } | null {
  if (!(error instanceof ApiFailure) || error.code !== 'name_taken' || !('clashes' in error.extra)) return null
  // The server builds this list; see jobs/clashes.ts.
  return { clashes: error.extra.clashes as Clash[], count: Number(error.detail['count'] ?? 1) }
}
