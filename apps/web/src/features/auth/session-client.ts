import { signInErrors } from '../../lib/account/account-rules.ts'

export type SignInResult =
  | { ok: true }
  | { ok: false; reason: 'wrong' | 'unreachable' | 'failed' }
  | { ok: false; reason: 'too_many'; seconds: number }

/** Signs in through next-auth's credentials callback, without leaving the page. */
export async function signIn(email: string, password: string): Promise<SignInResult> {
  const answer = await postToNextAuth('callback/credentials', { email, password, redirect: 'false' })
  if (answer === null) return { ok: false, reason: 'unreachable' }
  const error = answer.url === null ? null : new URL(answer.url, window.location.origin).searchParams.get('error')
  if (answer.ok && error === null) return { ok: true }
  if (error === signInErrors.credentials) return { ok: false, reason: 'wrong' }
  const [code, seconds] = (error ?? '').split(':')
  if (code === signInErrors.tooMany) return { ok: false, reason: 'too_many', seconds: Number(seconds ?? 60) }
  return { ok: false, reason: 'failed' }
}

/** Ends this session. False: the server did not answer, the session goes on. */
export async function signOut(): Promise<boolean> {
  return (await postToNextAuth('signout', {}))?.ok === true
}

type NextAuthAnswer = { ok: boolean; url: string | null }

async function postToNextAuth(action: string, fields: Record<string, string>): Promise<NextAuthAnswer | null> {
  try {
    const csrf = (await (await fetch('/api/auth/csrf')).json()) as { csrfToken: string }
    const response = await fetch(`/api/auth/${action}`, {
      method: 'POST',
      body: new URLSearchParams({ ...fields, csrfToken: csrf.csrfToken, callbackUrl: '/drive', json: 'true' }),
    })
    const body = (await response.json()) as { url?: string }
    return { ok: response.ok, url: body.url ?? null }
  } catch (error) {
    // fetch rejects with TypeError when there was no answer; json() with SyntaxError when something else answered.
    if (error instanceof TypeError || error instanceof SyntaxError) return null
    throw error
  }
}

/** Where to go after signing in: only paths of this site count. */
export function safeNext(next: string | null): string {
  return next !== null && /^\/(?![/\\])/.test(next) ? next : '/drive'
}
