import { keepText, keptText } from '../../lib/site-storage.ts'

const KEY = 'cairn.upload-limits'

/** How fast this device may send, and how many files at once; the person's choice, kept on the device. */
export type UploadLimits = { bytesPerSecond: number | null; atOnce: 'one' | 'several' }

/** In bytes per second. */
export const SPEEDS = [10_000_000, 5_000_000, 2_000_000, 1_000_000, 500_000, 200_000] as const

const none: UploadLimits = { bytesPerSecond: null, atOnce: 'several' }

export function keptLimits(): UploadLimits {
  return parsed(keptText(KEY))
}

export function keepLimits(limits: UploadLimits): void {
  keepText(KEY, JSON.stringify(limits))
}

function parsed(text: string | null): UploadLimits {
  if (text === null) return none
  const [, speed] = /"bytesPerSecond":(\d+)/.exec(text) ?? []
  const known = SPEEDS.find((each) => String(each) === speed)
  return { bytesPerSecond: known ?? null, atOnce: text.includes('"one"') ? 'one' : 'several' }
}
