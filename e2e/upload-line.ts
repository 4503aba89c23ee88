// The line between the browser and the storages, as tests of uploads slow it down and measure it.
import type { BreakProxy } from './break-proxy.ts'
import type { Drive } from './cluster.ts'

const MIB = 1024 * 1024
const SLOW_BYTES_PER_SECOND = 6 * MIB
const CRAWLING_BYTES_PER_SECOND = 64 * 1024
/** So many segments of a large file are under way at once where one connection is slow. */
export const LANES = 3
/** What segments of a file may bring before there is no gap in front of them: a page that is left has to send it again. */
export const AHEAD_BYTES = 16 * MIB

/** Bytes that came from browsers so far, to all storages. */
export function receivedBytes({ storages }: Drive): number {
  return storages.reduce((sum, { proxy }) => sum + proxy.receivedBytes, 0)
}

/** Storages take bytes slowly from now on, so that there is a middle to do something in. */
export function slowDown({ storages }: Drive, bytesPerSecond = SLOW_BYTES_PER_SECOND): void {
  for (const { proxy } of storages) proxy.bytesPerSecond = bytesPerSecond
}

export function speedUp(drive: Drive): void {
  slowDown(drive, Number.POSITIVE_INFINITY)
}

/**
 * Resolves once so many bytes of an upload have come, with the line that they came by. From that moment on lines crawl,
 * and not only from when the test hears of it: what is left lasts longer than a busy machine takes for what comes next.
 */
export async function halted(drive: Drive, bytes: number): Promise<BreakProxy> {
  const line = await underWay(drive, bytes)
  slowDown(drive, CRAWLING_BYTES_PER_SECOND)
  return line
}

/** Resolves once so many bytes of an upload have come, with the line that they came by. */
export function underWay({ storages }: Drive, bytes: number): Promise<BreakProxy> {
  return Promise.race(
    storages.map(async ({ proxy }) => {
      await proxy.reached(bytes)
      return proxy
    }),
  )
}
