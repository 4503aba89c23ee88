import { ApiFailure, Unreachable } from '../../lib/call-api.ts'

/** Why a text is not saved. `changed` and `gone`: of the file itself; somebody has to decide. */
export type SaveTrouble =
  | { kind: 'offline' | 'unreached' | 'signedOut' | 'noStorage' | 'tooLarge' | 'refused' | 'changed' | 'gone' }
  | { kind: 'full'; missingBytes: number }

const kinds: Record<string, Exclude<SaveTrouble['kind'], 'full'>> = {
  file_changed: 'changed',
  not_found: 'gone',
  signed_out: 'signedOut',
  no_storage: 'noStorage',
  no_room: 'noStorage',
  too_large: 'tooLarge',
}

/** What a failed attempt to save means. Errors that are none of a save travel on. */
export function troubleOf(error: unknown, isOnline: boolean): SaveTrouble {
  if (error instanceof Unreachable) return { kind: isOnline ? 'unreached' : 'offline' }
  if (!(error instanceof ApiFailure)) throw error
  if (error.code === 'quota_exceeded') return { kind: 'full', missingBytes: Number(error.detail['missingBytes'] ?? 0) }
  return { kind: kinds[error.code] ?? 'refused' }
}
