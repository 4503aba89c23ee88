import { rememberInCookie } from '../../components/cookie.ts'
import { THEME_COOKIE } from '../../components/preferences.ts'
import { LOCALE_COOKIE } from '../../i18n/locale.ts'
import { signInErrors } from '../../lib/account/account-rules.ts'
import { ApiFailure, callApi, Unreachable } from '../../lib/call-api.ts'
import type { Me } from './schema.ts'

export type Refused =
  | { ok: false; reason: 'wrong' | 'wrongCode' | 'tooLate' | 'disabled' | 'unreachable' | 'failed' }
  | { ok: false; reason: 'too_many'; seconds: number }
/** `needsCode`: the password is right, and `token` goes back with a code. */
export type SignInResult = { ok: true } | { ok: false; reason: 'needsCode'; token: string } | Refused

const reasons: Record<string, 'wrong' | 'wrongCode' | 'tooLate' | 'disabled'> = {
  [signInErrors.credentials]: 'wrong',
  [signInErrors.wrongCode]: 'wrongCode',
  [signInErrors.tooLate]: 'tooLate',
  [signInErrors.disabled]: 'disabled',
}

/** Signs in through next-auth's credentials callback, without leaving the page. */
export function signIn(email: string, password: string): Promise<SignInResult> {
  return callCredentials({ email, password })
}

/** The second step. */
export function signInWithCode(token: string, code: string): Promise<SignInResult> {
  return callCredentials({ token, code })
}

async function callCredentials(fields: Record<string, string>): Promise<SignInResult> {
  const answer = await postToNextAuth('callback/credentials', { ...fields, redirect: 'false' })
  if (answer === null) return { ok: false, reason: 'unreachable' }
  const error = answer.url === null ? null : new URL(answer.url, window.location.origin).searchParams.get('error')
  if (answer.ok && error === null) {
    await wearChosenLook()
    return { ok: true }
  }
  const [code = '', value = ''] = (error ?? '').split(':')
  if (code === signInErrors.secondFactor) return { ok: false, reason: 'needsCode', token: value }
  if (code === signInErrors.tooMany) return { ok: false, reason: 'too_many', seconds: Number(value) || 60 }
  return { ok: false, reason: reasons[code] ?? 'failed' }
}

/** The language and the theme that this person chose, on this device too. */
async function wearChosenLook(): Promise<void> {
  try {
    const { locale, theme } = await callApi<Me>('/api/me')
    if (locale !== undefined) rememberInCookie(LOCALE_COOKIE, locale)
    if (theme !== undefined) rememberInCookie(THEME_COOKIE, theme)
  } catch (error) {
    // They are in; the look of this device will do.
    if (!(error instanceof ApiFailure || error instanceof Unreachable)) throw error
  }
}

/** Where the sign-in service of the configuration asks for its sign-in; null when we or it cannot be reached. */
export async function startOidc(next: string): Promise<string | null> {
  return (await postToNextAuth('signin/oidc', { callbackUrl: next }))?.url ?? null
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
      body: new URLSearchParams({ callbackUrl: '/drive', ...fields, csrfToken: csrf.csrfToken, json: 'true' }),
    })
    const body = (await response.json()) as { url?: string }
    return { ok: response.ok, url: body.url ?? null }
  } catch (error) {
    // fetch rejects with TypeError when there was no answer; json() with SyntaxError when something else answered.
    if (error instanceof TypeError || error instanceof SyntaxError) return null
    throw error
  }
}

/**
 * Where this sign-in page leads: `next` of our own links, or `callbackUrl`, with which next-auth comes back from a sign-in
 * service that let nobody in.
 */
export function placeAfterSignIn({ origin, search }: { origin: string; search: string }): string {
  const asked = new URLSearchParams(search)
  const [next, callback] = [asked.get('next'), asked.get('callbackUrl')]
  return safeNext(next ?? (callback?.startsWith(`${origin}/`) ? callback.slice(origin.length) : null))
}

/** Any origin that is not named in an address: what leads away from it leads away from ours. */
const SOME_ORIGIN = 'http://own.invalid'

/**
 * Where to go after signing in: only paths of this site count. Read as a browser reads addresses, which leaves out tabs
 * and line breaks and takes a backslash for a slash.
 */
export function safeNext(next: string | null): string {
  if (next === null || !next.startsWith('/') || !URL.canParse(next, SOME_ORIGIN)) return '/drive'
  const { origin, pathname, search, hash } = new URL(next, SOME_ORIGIN)
  // A path that begins with two slashes would be an address again.
  return origin === SOME_ORIGIN && !pathname.startsWith('//') ? pathname + search + hash : '/drive'
}
