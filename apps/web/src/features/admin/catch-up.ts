import type { StorageView } from './cluster-view.ts'

/** How far a storage is that gets changes of others; null: not known. */
export interface CatchUp {
  /** Content that is here, of all that is to be here: 0 to 1, and 1 only when nothing is missing. */
  share: number | null
  secondsLeft: number | null
}

const ALMOST = 0.99

type Behind = Pick<StorageView, 'bytesBehind' | 'comingBytesPerSecond' | 'told'>

export function catchUpOf({ bytesBehind, comingBytesPerSecond, told }: Behind): CatchUp {
  if (bytesBehind === null || bytesBehind === 0) return { share: null, secondsLeft: null }
  const here = told?.contentBytes ?? null
  return {
    share: here === null ? null : Math.min(ALMOST, here / (here + bytesBehind)),
    secondsLeft:
      comingBytesPerSecond === null || comingBytesPerSecond === 0 ? null : bytesBehind / comingBytesPerSecond,
  }
}
