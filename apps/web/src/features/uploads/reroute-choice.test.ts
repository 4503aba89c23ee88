import { describe, expect, it } from 'vitest'
import { choosePlace, SENT_AGAIN_BYTES } from './reroute-choice.ts'

const GIB = 1024 ** 3
const MIB = 1024 ** 2

function choice(parts: Record<string, number>, sent: number, isImpatient = false) {
  return choosePlace({ own: 'one', parts: new Map(Object.entries(parts)), sent, isImpatient })
}

describe('an upload whose storage is away', () => {
  it('goes on at the member that has the most of it', () => {
    expect(choice({ two: GIB - 3 * MIB, three: GIB - 2 * MIB }, GIB)).toBe('three')
  })

  it('waits when the others have much less of it, and goes there when it has waited long', () => {
    expect(choice({ two: GIB - SENT_AGAIN_BYTES - 1 }, GIB)).toBeNull()
    expect(choice({ two: GIB - SENT_AGAIN_BYTES - 1 }, GIB, true)).toBe('two')
  })

  it('waits when nobody has anything of it, and begins again when it has waited long', () => {
    expect(choice({ two: 0 }, GIB)).toBeNull()
    expect(choice({}, GIB)).toBeNull()
    expect(choice({ two: 0 }, GIB, true)).toBe('anywhere')
  })

  it('begins again elsewhere at once when little of it was sent', () => {
    expect(choice({ two: 0 }, SENT_AGAIN_BYTES)).toBe('anywhere')
  })
})

describe('an upload whose storage answers, but not its browser', () => {
  it('stays, whatever the others have', () => {
    expect(choice({ one: 5 * MIB, two: 5 * MIB }, 5 * MIB)).toBe('one')
  })

  it('goes to a member that has as good as everything, when it has waited long', () => {
    expect(choice({ one: GIB, two: GIB - MIB }, GIB, true)).toBe('two')
    expect(choice({ one: GIB, two: MIB }, GIB, true)).toBe('one')
    expect(choice({ one: 0, two: 0 }, 0, true)).toBe('one')
  })
})
