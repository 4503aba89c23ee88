import type { ShareItem, ShareState } from './schema.ts'

export type ShareOrder = {
  by: 'created' | 'name' | 'can' | 'code' | 'ends' | 'views' | 'downloads' | 'state'
  dir: 'asc' | 'desc'
}

const HOUR_MS = 3_600_000
const stateRank: Record<ShareState, number> = { active: 0, usedUp: 1, ended: 2, empty: 3, revoked: 4 }

const values: Record<ShareOrder['by'], (share: ShareItem) => number | string> = {
  created: (share) => share.createdAt,
  name: (share) => share.title,
  can: (share) => Number(share.allowDownload),
  code: (share) => Number(share.hasCode),
  ends: (share) => share.expiresAt ?? '9',
  views: (share) => share.views,
  downloads: (share) => (share.allowDownload ? share.downloads : -1),
  state: (share) => stateRank[share.state],
}

/** Null: no limit, or nothing to download. */
export function downloadsLeft({ allowDownload, maxDownloads, downloads }: ShareItem): number | null {
  return allowDownload && maxDownloads !== null ? Math.max(0, maxDownloads - downloads) : null
}

export function isActive({ state }: ShareItem): boolean {
  return state === 'active'
}

/** Active links that end within the next day or two are told apart: 'today', 'tomorrow'. */
export function shownState({ state, expiresAt }: ShareItem, now: Date): ShareState | 'today' | 'tomorrow' {
  if (state !== 'active' || expiresAt === null) return state
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1)
  const ends = new Date(expiresAt).getTime()
  if (ends < midnight.getTime()) return 'today'
  return ends < midnight.getTime() + 24 * HOUR_MS ? 'tomorrow' : state
}

export function sortedShares(shares: readonly ShareItem[], { by, dir }: ShareOrder): ShareItem[] {
  const turn = dir === 'asc' ? 1 : -1
  const value = values[by]
  return shares.toSorted((a, b) => {
    const [left, right] = [value(a), value(b)]
    if (typeof left === 'string' && typeof right === 'string') return turn * left.localeCompare(right)
    return turn * (Number(left) - Number(right))
  })
}

/** A press on a column: its order, a second one turns it round. */
export function nextShareOrder(current: ShareOrder, by: ShareOrder['by']): ShareOrder {
  if (current.by === by) return { by, dir: current.dir === 'asc' ? 'desc' : 'asc' }
  return { by, dir: by === 'views' || by === 'downloads' ? 'desc' : 'asc' }
}
