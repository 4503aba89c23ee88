import { callApi } from '../../lib/call-api.ts'
import {
  canKeep,
  KEPT_FILES_MAX,
  type KeptAnswer,
  type KeptFacts,
  keptCache,
  listKept,
  removeKept,
  renameKept,
} from '../../lib/kept-file.ts'
import type { PreviewSources } from '../../lib/preview-sources.ts'
import type { KeepProblem, KeepReply, KeepTask } from './keep-task.ts'

/** A file that is on its way to this phone. */
export type Coming = { id: string; name: string; size: number; bytes: number; cancel: () => void }

/** `cancelled`: somebody stopped it, or it is on its way already. */
export type KeepEnd = KeepProblem | 'cancelled' | null

/** What the browser lets a site have that is left alone: it needs room for itself. */
const SPARE_BYTES = 64 * 1024 * 1024

const coming = new Map<string, Coming>()
const listeners = new Set<() => void>()
let shown: readonly Coming[] = []

/** For `useSyncExternalStore`. */
export function onComing(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
export const comingFiles = (): readonly Coming[] => shown

function changed(): void {
  shown = [...coming.values()]
  for (const listener of listeners) listener()
}

/** Null: it is kept. */
export async function keepFile(personId: string, id: string): Promise<KeepEnd> {
  if (!canKeep()) return 'insecure'
  if (coming.has(id)) return 'cancelled'
  const {
    files: [facts],
  } = await askAbout([id])
  return facts === undefined ? 'gone' : await keepAs(personId, facts)
}

function askAbout(ids: readonly string[]): Promise<KeptAnswer> {
  return callApi<KeptAnswer>(`/api/drive/kept?ids=${ids.join(',')}`)
}

/** `insteadOf`: what goes for it. */
async function keepAs(personId: string, facts: KeptFacts, insteadOf = facts.id): Promise<KeepEnd> {
  const others = (await listKept(personId)).filter(({ id }) => id !== facts.id && id !== insteadOf)
  if (others.length + coming.size >= KEPT_FILES_MAX) return 'many'
  const { quota = 0, usage = 0 } = await navigator.storage.estimate()
  if (facts.size > quota - usage - SPARE_BYTES) return 'full'
  // Without it a browser that runs out of room may throw kept files away. It asks nobody, or is not granted.
  await navigator.storage.persist()
  // That of a preview: keeping a file is not opening it.
  const { url } = await callApi<PreviewSources>(`/api/drive/entries/${facts.id}/preview`)
  return await inWorker({ facts, url, cache: keptCache(personId) })
}

function inWorker(task: KeepTask): Promise<KeepEnd> {
  const { id, name, size } = task.facts
  const worker = new Worker(new URL('./keep-worker.ts', import.meta.url), { type: 'module' })
  return new Promise((resolve) => {
    const end = (problem: KeepEnd) => {
      worker.terminate()
      coming.delete(id)
      changed()
      resolve(problem)
    }
    worker.addEventListener('message', ({ data }: MessageEvent<KeepReply>) => {
      const known = coming.get(id)
      if (data.kind === 'progress' && known !== undefined) {
        coming.set(id, { ...known, bytes: data.bytes })
        changed()
      } else if (data.kind !== 'progress') end(data.kind === 'kept' ? null : data.problem)
    })
    worker.addEventListener('error', () => end('failed'))
    coming.set(id, { id, name, size, bytes: 0, cancel: () => end('cancelled') })
    changed()
    worker.postMessage(task)
  })
}

/** Brings what is kept up to what the drive has: a new content replaces the old, and what is gone there is not kept. */
export async function refreshKept(personId: string): Promise<void> {
  const kept = await listKept(personId)
  if (kept.length === 0) return
  const { files, replaced } = await askAbout(kept.map(({ id }) => id))
  for (const file of kept) {
    const now = files.find(({ id }) => id === file.id)
    const next = replaced.find(({ id }) => id === file.id)?.by
    if (now === undefined) {
      // The old content stays until the new one is here.
      const problem = next === undefined ? null : await keepAs(personId, next, file.id)
      if (problem === null) await removeKept(personId, file.id)
    } else if (now.sha256 !== file.sha256 || now.size !== file.size) await keepAs(personId, now)
    else if (JSON.stringify(now) !== JSON.stringify(file)) await renameKept(personId, now)
  }
}
