import { callApi, Unreachable } from './call-api.ts'

/** Keeps a choice with the person. This device has it anyway, so nobody waits for the answer. */
export function rememberLook(look: { theme?: string; locale?: string }): void {
  callApi('/api/me', { method: 'PATCH', body: look }).catch((error: unknown) => {
    if (!(error instanceof Unreachable)) throw error
  })
}
