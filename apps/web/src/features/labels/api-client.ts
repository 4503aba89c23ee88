import { callApi } from '../../lib/call-api.ts'
import type { EntrySelector } from '../../lib/entries/selector.ts'
import type { Favoured, Labels, Marked, TagColour, TagCounts, TagItem } from './schema.ts'

const BATCH_MAX = 1000

export function readLabels(): Promise<Labels> {
  return callApi<Labels>('/api/labels')
}

/** Returns those that were not so before. */
export async function setFavourite(ids: readonly string[], on: boolean): Promise<string[]> {
  const changed: string[] = []
  for (let at = 0; at < ids.length; at += BATCH_MAX) {
    const body = { ids: ids.slice(at, at + BATCH_MAX), on }
    changed.push(...(await callApi<Favoured>('/api/labels/favourites', { method: 'POST', body })).changed)
  }
  return changed
}

export function noteOpened(id: string): Promise<void> {
  return callApi('/api/labels/opened', { method: 'POST', body: { id } })
}

/** Of a selection that is not loaded as a whole. */
export function countTags(selector: EntrySelector): Promise<TagCounts> {
  return callApi<TagCounts>('/api/labels/counts', { method: 'POST', body: selector })
}

export function createTag(name: string, colour: TagColour): Promise<TagItem> {
  return callApi<TagItem>('/api/labels/tags', { method: 'POST', body: { name, colour } })
}

const tagPath = (id: string) => `/api/labels/tags/${encodeURIComponent(id)}`

export function changeTag(id: string, change: { name?: string; colour?: TagColour }): Promise<void> {
  return callApi(tagPath(id), { method: 'PATCH', body: change })
}

export function deleteTag(id: string): Promise<void> {
  return callApi(tagPath(id), { method: 'DELETE' })
}

export function mergeTag(id: string, intoId: string): Promise<void> {
  return callApi(`${tagPath(id)}/merge`, { method: 'POST', body: { intoId } })
}

export function markEntries(
  ids: readonly string[],
  add: readonly string[],
  remove: readonly string[],
): Promise<Marked> {
  return callApi<Marked>('/api/labels/entries', { method: 'POST', body: { ids, add, remove } })
}

/** Takes back exactly what a change of tags has done. */
export function unmark({ added, removed }: Marked): Promise<Marked> {
  return callApi<Marked>('/api/labels/marks', { method: 'POST', body: { add: removed, remove: added } })
}
