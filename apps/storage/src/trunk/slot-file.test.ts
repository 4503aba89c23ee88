import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSlot } from './slot-file.ts'

const named = {
  slot: { storePathIndex: 0, high: 0, low: 0, trunkFileId: 1, offset: 0, size: 256 },
  ...{ size: 100, crc32: 1, timestamp: 2, tail: 'abcdefg' },
}
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-slot-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

function openHere(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === folder
    } catch {
      // The descriptor of the listing itself.
      return false
    }
  }).length
}

describe('a slot whose header cannot be read', () => {
  it('leaves nothing open', () => {
    // A folder opens, and every read of it fails, as on a disk with errors.
    expect(() => openSlot(folder, named)).toThrow('EISDIR')
    expect(openHere()).toBe(0)
  })
})
