import { describe, expect, it } from 'vitest'
import { choosePlace, PATIENCE_SECONDS, SENT_AGAIN_BYTES, SHUT_OUT_SECONDS } from './reroute-choice.ts'

const GIB = 1024 ** 3
const MIB = 1024 ** 2

function choice(parts: Record<string, number>, sent: number, silentSeconds = 0) {
  return choosePlace({ own: 'one', parts: new Map(Object.entries(parts)), sent, silentSeconds })
}

describe('an upload whose storage is away', () => {
  it('goes on at the member that has the most of it', () => {
    expect(choice({ two: GIB - 3 * MIB, three: GIB - 2 * MIB }, GIB)).toBe('three')
  })

  it('waits when the others have much less of it, and goes there when it has waited long', () => {
    expect(choice({ two: GIB - SENT_AGAIN_BYTES - 1 }, GIB)).toBeNull()
    expect(choice({ two: GIB - SENT_AGAIN_BYTES - 1 }, GIB, PATIENCE_SECONDS)).toBe('two')
  })

  it('waits when nobody has anything of it, and begins again when it has waited long', () => {
    expect(choice({ two: 0 }, GIB)).toBeNull()
    expect(choice({}, GIB)).toBeNull()
    expect(choice({ two: 0 }, GIB, PATIENCE_SECONDS - 1)).toBeNull()
    expect(choice({ two: 0 }, GIB, PATIENCE_SECONDS)).toBe('anywhere')
  })

  it('begins again elsewhere at once when little of it was sent', () => {
    expect(choice({ two: 0 }, SENT_AGAIN_BYTES)).toBe('anywhere')
  })
})

describe('an upload whose storage answers, but not its browser', () => {
  it('stays for a moment, whatever the others have', () => {
    expect(choice({ one: 5 * MIB, two: 5 * MIB }, 5 * MIB, SHUT_OUT_SECONDS - 1)).toBe('one')
  })

  it('goes at once to the member that has the most of it when its own has lost everything', () => {
    expect(choice({ one: 0, two: 3 * MIB, three: 2 * MIB }, GIB)).toBe('two')
    expect(choice({ one: 0, two: 0 }, GIB)).toBe('one')
    expect(choice({ one: 1, two: 3 * MIB }, GIB)).toBe('one')
  })

  it('goes after a minute to a member that has as good as everything', () => {
    expect(choice({ one: GIB, two: GIB - MIB }, GIB, SHUT_OUT_SECONDS)).toBe('two')
  })

  it('begins again at another member after a minute when little of it was sent', () => {
    expect(choice({ one: 0, two: 0 }, 0, SHUT_OUT_SECONDS)).toBe('two')
    expect(choice({ one: MIB, two: 0 }, MIB, SHUT_OUT_SECONDS)).toBe('two')
  })

  it('sends much of it again only when it has waited long', () => {
    expect(choice({ one: GIB, two: MIB }, GIB, PATIENCE_SECONDS - 1)).toBe('one')
    expect(choice({ one: GIB, two: MIB }, GIB, PATIENCE_SECONDS)).toBe('two')
  })

  it('stays when nobody else answers', () => {
    expect(choice({ one: MIB }, MIB, PATIENCE_SECONDS)).toBe('one')
  })
})
