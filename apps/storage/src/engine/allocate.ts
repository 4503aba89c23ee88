/** Where the next new file goes: store path and one of the 256 × 256 directories. */

export interface Directory {
  readonly high: number
  readonly low: number
}

export interface CursorState extends Directory {
  /** Files already put into this directory. */
  readonly count: number
}

export interface DirectoryCursor {
  next(): Directory
  state(): CursorState
}

/** `file_distribute_path_mode = 0`: stay for `rotateCount` files, then the next low, then the next high directory. */
export function createDirectoryCursor(start: CursorState, subdirCount: number, rotateCount: number): DirectoryCursor {
  let high = start.high < subdirCount ? start.high : 0
  let low = start.low < subdirCount ? start.low : 0
  let count = start.count
  return {
    next() {
      if (count >= rotateCount) {
        count = 0
        low += 1
        if (low >= subdirCount) {
          low = 0
          high = (high + 1) % subdirCount
        }
      }
      count += 1
      return { high, low }
    },
    state: () => ({ high, low, count }),
  }
}

/**
 * `file_distribute_path_mode = 1`: PJW hash of the 27 encoded characters. FastDFS shifts a signed integer to the right,
 * so the top bits spread: `wAACAmsBFO2AHdmyAAAABjY6MCA` gives 59267409, directory 59/51.
 */
export function hashDirectory(encodedName: string, subdirCount: number): Directory {
  let hash = 0
  for (let i = 0; i < encodedName.length; i += 1) {
    hash = ((hash << 4) + encodedName.charCodeAt(i)) | 0
    const top = hash & 0xf0000000
    if (top !== 0) hash = (hash ^ (top >> 24)) & 0x0fffffff
  }
  const n = (hash >>> 0) % 65536
  return { high: ((n >> 8) & 255) % subdirCount, low: (n & 255) % subdirCount }
}

/** The share of the disk that uploads leave free: bytes in all (shared by the store paths), or a share of each path. */
export type Reserve =
  | { readonly kind: 'bytes'; readonly bytes: number }
  | { readonly kind: 'ratio'; readonly ratio: number }

const MIB = 1024 * 1024

export interface PathSpace {
  readonly index: number
  readonly totalBytes: number
  readonly freeBytes: number
  /** `store_pathN_readonly`. */
  readonly readonly: boolean
}

/** FastDFS's rule: what is left after the file must be more than the reserve. */
export function hasRoom(space: PathSpace, size: number, reserve: Reserve, storePathCount: number): boolean {
  const freeMb = Math.floor(space.freeBytes / MIB) - Math.floor(size / MIB)
  if (reserve.kind === 'bytes') return freeMb > Math.floor(Math.floor(reserve.bytes / MIB) / storePathCount)
  const totalMb = Math.floor(space.totalBytes / MIB)
  return totalMb > 0 && freeMb / totalMb > reserve.ratio
}

export function reservedBytes(space: PathSpace, reserve: Reserve, storePathCount: number): number {
  if (reserve.kind === 'bytes') return Math.floor(reserve.bytes / storePathCount)
  return Math.floor(space.totalBytes * reserve.ratio)
}

/** `store_path` of the tracker: 0 round robin from `start`, 2 the largest free one. `null`: no path has room. */
export function choosePath(
  spaces: readonly PathSpace[],
  size: number,
  reserve: Reserve,
  order: { readonly mode: 'round-robin' | 'most-free'; readonly start: number },
): PathSpace | null {
  const fits = (space: PathSpace) => !space.readonly && hasRoom(space, size, reserve, spaces.length)
  if (order.mode === 'most-free') {
    return spaces
      .filter(fits)
      .reduce<PathSpace | null>(
        (best, space) => (best === null || space.freeBytes > best.freeBytes ? space : best),
        null,
      )
  }
  for (let i = 0; i < spaces.length; i += 1) {
    const space = spaces[(order.start + i) % spaces.length]
    if (space !== undefined && fits(space)) return space
  }
  return null
}
