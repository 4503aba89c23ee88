/** What a tracker says of a storage, by FastDFS's numbers. */
const states = {
  0: 'joining',
  1: 'waiting',
  2: 'syncing',
  3: 'addressChanged',
  4: 'removed',
  5: 'offline',
  6: 'online',
  7: 'active',
  9: 'recovering',
} as const

export type StorageState = (typeof states)[keyof typeof states] | 'unknown'

export function storageStateOf(status: number): StorageState {
  return Object.entries(states).find(([number]) => Number(number) === status)?.[1] ?? 'unknown'
}

/** A state that was written down by its name. */
export function storageStateNamed(name: string): StorageState {
  return Object.values(states).find((state) => state === name) ?? 'unknown'
}

export type Tone = 'ok' | 'info' | 'progress' | 'warn' | 'danger' | 'quiet'

const tones: Record<StorageState, Tone> = {
  active: 'ok',
  online: 'info',
  syncing: 'progress',
  waiting: 'progress',
  joining: 'progress',
  recovering: 'progress',
  offline: 'danger',
  removed: 'quiet',
  addressChanged: 'warn',
  unknown: 'warn',
}

/** The colour that a state is said in; never without its word. */
export function toneOf(state: StorageState): Tone {
  return tones[state]
}

/** From here on a disk is filling, and from there on nearly full. */
export const FILLING_SHARE = 0.8
const FULL_SHARE = 0.93

export function percentOf(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((100 * part) / whole)
}

/** Decided by the percentage that is said: what reads 80% has the colour of 80%. */
export function fillTone(used: number, total: number): 'ok' | 'warn' | 'danger' {
  const percent = percentOf(used, total)
  if (percent >= 100 * FULL_SHARE) return 'danger'
  return percent >= 100 * FILLING_SHARE ? 'warn' : 'ok'
}
