import type { UploadItem, UploadState } from './upload-item.ts'

const ranks: Record<UploadState, number> = {
  uploading: 0,
  finishing: 0,
  waiting: 0,
  paused: 1,
  'needs-file': 1,
  elsewhere: 1,
  failed: 2,
  queued: 3,
  stored: 4,
  skipped: 5,
  done: 5,
}
const RANKS = 6
const FAILED = ranks.failed
const QUEUED = ranks.queued
const GONE = 255
const FIRST_CAPACITY = 16

export type PanelRow =
  | { kind: 'group'; key: string; label: string; finished: number; all: number; top: number }
  /** `waitingBehind`: said by the first waiting file only. */
  | { kind: 'file'; key: string; id: string; waitingBehind: number; top: number }

/** Heights in pixels, and the part of the list that is on the screen. */
export type Viewport = { groupHeight: number; rowHeight: number; from: number; to: number; onlyFailed: boolean }

/** The files of one folder in the order they came. `rankOf` has a byte for each, by which they are shown. */
type Group = { key: string; label: string; ids: string[]; rankOf: Uint8Array; counts: number[]; gone: number }
type Place = { group: Group; index: number }

/**
 * The panel's list: files grouped by target folder; finished folders last, in each active ones first, then failed, waiting and done
 * ones.
 * A change costs the same with ten files as with a hundred thousand, and only the rows on the screen are ever made.
 */
export class PanelRows {
  readonly #groups = new Map<string, Group>()
  readonly #places = new Map<string, Place>()

  put(item: UploadItem): void {
    const place = this.#places.get(item.id) ?? this.#append(item)
    const { group, index } = place
    const before = group.rankOf[index] ?? GONE
    const rank = ranks[item.state]
    if (before !== GONE) group.counts[before] = (group.counts[before] ?? 0) - 1
    group.counts[rank] = (group.counts[rank] ?? 0) + 1
    group.rankOf[index] = rank
  }

  remove(id: string): void {
    const place = this.#places.get(id)
    if (place === undefined) return
    const { group, index } = place
    const rank = group.rankOf[index] ?? GONE
    if (rank !== GONE) group.counts[rank] = (group.counts[rank] ?? 0) - 1
    group.rankOf[index] = GONE
    group.gone += 1
    this.#places.delete(id)
    if (group.gone === group.ids.length) this.#groups.delete(group.key)
    else if (group.gone > group.ids.length / 2) this.#compact(group)
  }

  /** Height of the whole list. */
  height({ groupHeight, rowHeight, onlyFailed }: Omit<Viewport, 'from' | 'to'>): number {
    let height = 0
    for (const group of this.#groups.values()) {
      const files = shownIn(group, onlyFailed)
      if (files > 0) height += groupHeight + files * rowHeight
    }
    return height
  }

  /** The rows between two heights, with where each begins. */
  between(view: Viewport): PanelRow[] {
    const rows: PanelRow[] = []
    let top = 0
    let queuedAbove = 0
    const queued = this.#queued()
    for (const group of this.#ordered()) {
      const files = shownIn(group, view.onlyFailed)
      const bottom = files === 0 ? top : top + view.groupHeight + files * view.rowHeight
      if (bottom > view.from && top < view.to) {
        if (top + view.groupHeight > view.from) rows.push(groupRow(group, top))
        rows.push(...fileRows(group, top + view.groupHeight, view, queuedAbove === 0 ? queued - 1 : 0))
      }
      top = bottom
      if (top >= view.to) break
      queuedAbove += group.counts[QUEUED] ?? 0
    }
    return rows
  }

  /** Folders in which something is left to do come first. */
  #ordered(): Group[] {
    const all = [...this.#groups.values()]
    return [...all.filter((group) => !isFinished(group)), ...all.filter(isFinished)]
  }

  #queued(): number {
    let queued = 0
    for (const { counts } of this.#groups.values()) queued += counts[QUEUED] ?? 0
    return queued
  }

  #append({ id, folderId, path, folderLabel }: UploadItem): Place {
    const key = `${folderId}\n${path}`
    const group = this.#groups.get(key) ?? emptyGroup(key, folderLabel)
    this.#groups.set(key, group)
    const index = group.ids.length
    if (index === group.rankOf.length) {
      const larger = new Uint8Array(group.rankOf.length * 2)
      larger.set(group.rankOf)
      group.rankOf = larger
    }
    group.ids.push(id)
    group.rankOf[index] = GONE
    const place = { group, index }
    this.#places.set(id, place)
    return place
  }

  #compact(group: Group): void {
    const left = group.ids.flatMap((id, index) => (group.rankOf[index] === GONE ? [] : [{ id, index }]))
    const rankOf = new Uint8Array(Math.max(FIRST_CAPACITY, left.length))
    for (const [to, { id, index }] of left.entries()) {
      rankOf[to] = group.rankOf[index] ?? GONE
      this.#places.set(id, { group, index: to })
    }
    Object.assign(group, { ids: left.map(({ id }) => id), rankOf, gone: 0 })
  }
}

function emptyGroup(key: string, label: string): Group {
  return {
    key,
    label,
    ids: [],
    rankOf: new Uint8Array(FIRST_CAPACITY),
    counts: Array<number>(RANKS).fill(0),
    gone: 0,
  }
}

function shownIn(group: Group, onlyFailed: boolean): number {
  return onlyFailed ? (group.counts[FAILED] ?? 0) : group.ids.length - group.gone
}

function finishedIn({ counts }: Group): number {
  return (counts[4] ?? 0) + (counts[5] ?? 0)
}

function isFinished(group: Group): boolean {
  return finishedIn(group) === group.ids.length - group.gone
}

function groupRow(group: Group, top: number): PanelRow {
  const { key, label, ids, gone } = group
  return { kind: 'group', key, label, finished: finishedIn(group), all: ids.length - gone, top }
}

function fileRows(group: Group, top: number, view: Viewport, behindFirstQueued: number): PanelRow[] {
  const files = shownIn(group, view.onlyFailed)
  const first = Math.max(0, Math.floor((view.from - top) / view.rowHeight))
  const end = Math.min(files, Math.ceil((view.to - top) / view.rowHeight))
  const rows: PanelRow[] = []
  // The place in the list of the first file of a rank.
  let start = 0
  for (const rank of view.onlyFailed ? [FAILED] : Array(RANKS).keys()) {
    const count = group.counts[rank] ?? 0
    const [from, to] = [Math.max(first, start), Math.min(end, start + count)]
    for (const [step, id] of idsOfRank(group, rank, from - start, to - start).entries()) {
      const place = from + step
      const waitingBehind = rank === QUEUED && place === start ? behindFirstQueued : 0
      rows.push({ kind: 'file', key: id, id, waitingBehind, top: top + place * view.rowHeight })
    }
    start += count
  }
  return rows
}

/** The files of a rank from the n-th on: the bytes are looked through, which takes a moment for a hundred thousand. */
function idsOfRank({ ids, rankOf }: Group, rank: number, from: number, to: number): string[] {
  const found: string[] = []
  let seen = 0
  for (let index = 0; index < ids.length && seen < to; index += 1) {
    if (rankOf[index] !== rank) continue
    const id = ids[index]
    if (seen >= from && id !== undefined) found.push(id)
    seen += 1
  }
  return found
}
