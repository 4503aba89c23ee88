import type { TusSession } from './session.ts'

/** What tus 1.0.0 can be announced to do, by the words of `Tus-Extension`; `core` needs no announcement. */
export type Extension =
  | 'core'
  | 'creation'
  | 'creation-with-upload'
  | 'creation-defer-length'
  | 'expiration'
  | 'checksum'
  | 'checksum-trailer'
  | 'termination'
  | 'concatenation'

/** How strongly the specification says it (RFC 2119). */
type Level = 'MUST' | 'SHOULD' | 'MAY'

/** One sentence of tus 1.0.0 that binds servers, and how to see whether a server keeps it. */
export interface Requirement {
  /** Unique, `<extension>/<what>`. */
  readonly id: string
  readonly extension: Extension
  readonly level: Level
  /** Headings of the specification above the sentence, e.g. `Core Protocol › Requests › PATCH`. */
  readonly section: string
  /** What the sentence demands of the server. */
  readonly demands: string
  /** Throws `Violation` when the server does not, `NotTestable` when this server offers nothing to see it by. */
  check(session: TusSession): Promise<void>
}

/** The server does not do what is demanded; the message says what it did. */
export class Violation extends Error {
  override readonly name = 'Violation'
}

/** The demand does not apply to this server, or nothing of it can be seen from outside. */
export class NotTestable extends Error {
  override readonly name = 'NotTestable'
}

export function demand(condition: boolean, seen: string): asserts condition {
  if (!condition) throw new Violation(seen)
}

type Write = (id: string, demands: string, check: Requirement['check']) => Requirement

/** Writes down the requirements of one place of the specification, by their level. */
export function requirementsOf(extension: Extension, section: string): { must: Write; should: Write; may: Write } {
  const at =
    (level: Level): Write =>
    (id, demands, check) => ({ id: `${extension}/${id}`, extension, level, section, demands, check })
  return { must: at('MUST'), should: at('SHOULD'), may: at('MAY') }
}
