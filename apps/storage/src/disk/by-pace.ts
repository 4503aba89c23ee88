import { existsSync } from 'node:fs'
import { access } from 'node:fs/promises'
import type { DiskLane } from '@cairn/dfs-core/disk'

/** Goes on with what the lane of a disk (`DiskLane`) gave: at once, or when it is there. What `next` throws at once is thrown on. */
export function goOnWith<T>(result: T | Promise<T>, next: (value: T) => void, failed: (error: unknown) => void): void {
  if (result instanceof Promise) result.then(next).catch(failed)
  else next(result)
}

/** As `existsSync`, in the thread pool while the disk is slow. */
export function existsByPace(lane: DiskLane, path: string): boolean | Promise<boolean> {
  return lane.call(
    () => existsSync(path),
    () =>
      access(path).then(
        () => true,
        () => false,
      ),
  )
}
