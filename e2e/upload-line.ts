// The line between the browser and the storages, as tests of uploads slow it down and measure it.
import type { BreakProxy } from './break-proxy.ts'
import type { Drive } from './cluster.ts'

const MIB = 1024 * 1024
const SLOW_BYTES_PER_SECOND = 6 * MIB

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

/** Resolves once so many bytes of an upload have come, with the line that they came by. */
export function underWay({ storages }: Drive, bytes: number): Promise<BreakProxy> {
  return Promise.race(
    storages.map(async ({ proxy }) => {
      await proxy.reached(bytes)
      return proxy
    }),
  )
}
