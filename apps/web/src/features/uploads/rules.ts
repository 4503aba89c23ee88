// Needed by the browser too, which must not load the schemas.
export const PREFLIGHT_BATCH_MAX = 1000
export const DROP_FOLDERS_MAX = 500
export const AVOIDED_MAX = 16

/**
 * Which of these sizes, in their order, fit into the free space. A file that does not fit is passed over, a smaller one
 * after it may still find room. `freeBytes` is what is left then.
 */
export function whatFits(sizes: readonly number[], freeBytes: number): { fits: boolean[]; freeBytes: number } {
  let left = Math.max(0, freeBytes)
  const fits = sizes.map((size) => {
    if (size > left) return false
    left -= size
    return true
  })
  return { fits, freeBytes: left }
}

/** So long after it was last heard of, a page is taken for closed: another one may go on with its uploads. */
export const PRESENCE_SECONDS = 180
