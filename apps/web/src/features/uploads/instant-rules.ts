import type { Settings } from '../../lib/settings.ts'

/** Across people only from this size on: small files can be guessed, and are sent in no time. */
export const SITE_MIN_BYTES = 1024 * 1024

/** Up to this size a file is sent in less time than it takes to hash it, claim its content and prove to have it. */
const SENT_ANYWAY_BYTES = 64 * 1024

type Scope = Settings['instantScope']

/**
 * Whether a browser should hash a file before anybody has looked what is stored. Null: only when something that the
 * person may read could match. Never depends on what others keep, so the answer tells nothing about them.
 */
export function hashesAlways(scope: Scope, size: number): boolean | null {
  if (scope === 'off' || size <= SENT_ANYWAY_BYTES) return false
  return scope === 'site' && size >= SITE_MIN_BYTES ? true : null
}

/** Who keeps some content: the person who claims it, and how many people in all. */
export interface Holders {
  own: boolean
  count: number
}

/** Whether stored content may spare this upload, once possession is proven. */
export function mayClaim(settings: Pick<Settings, 'instantScope'>, size: number, holders: Holders, needed: number) {
  if (settings.instantScope === 'off') return false
  if (holders.own) return true
  return settings.instantScope === 'site' && size >= SITE_MIN_BYTES && holders.count >= needed
}

/**
 * How many people must keep content before it spares somebody else the upload. Above one, a number that differs with
 * the content (0 … 3, drawn with a secret) is added: whoever makes accounts to find the edge finds another one each time.
 */
export function holdersNeeded(minHolders: number, secretByte: number): number {
  return minHolders <= 1 ? 1 : minHolders + (secretByte % 4)
}
