import type { VerificationState } from '../../lib/entry-details.ts'

/** How the checks of several files stand. */
export type Verdict = 'waiting' | 'running' | 'matches' | 'differs' | 'incomplete' | 'failed'

export type Calls = {
  start: (id: string) => Promise<VerificationState | null>
  read: (id: string) => Promise<VerificationState | null>
  cancel: (id: string) => Promise<unknown>
  /** Resolves after a moment, or at once when it is cancelled. */
  pause: (signal: AbortSignal) => Promise<void>
}

type Options = {
  ids: readonly string[]
  calls: Calls
  signal: AbortSignal
  onVerdict: (id: string, v: Verdict) => void
}

// The storages read from disk: more at once only make each other slower.
const AT_ONCE = 2

/** Has every file checked, two at a time. Cancelling ends the running checks and begins no more. */
export async function verifyAll({ ids, calls, signal, onVerdict }: Options): Promise<void> {
  const waiting = [...ids]
  const worker = async () => {
    for (let id = waiting.shift(); id !== undefined && !signal.aborted; id = waiting.shift()) {
      onVerdict(id, 'running')
      onVerdict(id, await verifyOne(id, calls, signal))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

async function verifyOne(id: string, calls: Calls, signal: AbortSignal): Promise<Verdict> {
  try {
    let state = await calls.start(id)
    while (isOpen(state)) {
      await calls.pause(signal)
      if (signal.aborted) {
        await calls.cancel(id)
        return 'waiting'
      }
      state = await calls.read(id)
    }
    return verdictOf(state)
  } catch {
    // Why does not matter here: the list says which file was not checked.
    return 'failed'
  }
}

function verdictOf(state: VerificationState | null): Verdict {
  if (state?.state !== 'done') return 'failed'
  const results = state.copies.map(({ result }) => result)
  if (results.includes('differs')) return 'differs'
  return results.every((result) => result === 'matches') ? 'matches' : 'incomplete'
}

export function isOpen(state: VerificationState | null): boolean {
  return state?.state === 'waiting' || state?.state === 'running'
}
