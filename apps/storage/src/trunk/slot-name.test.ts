import { readFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { encodeTrunkFileName } from '@cairn/dfs-core'
import { describe, expect, it } from 'vitest'
import { isUnoccupied, type NamedSlot, SLOT_HEADER_SIZE, slotHeader, slotOfName, slotTypeFor } from './slot-name.ts'

// The beginning of a trunk file and the log of its storage, recorded from FastDFS 6.16.1.
const fromC = (name: string) => readFileSync(new URL(`../../testdata/trunk/${name}`, import.meta.url))
const trunkFile = fromC('000001.first76000')
const created = fromC('early-sync-binlog.000')
  .toString('latin1')
  .split('\n')
  .filter((line) => / [Cc] /.test(line))
  .map((line) => line.split(' ')[2] ?? '')

const inSlots = created.flatMap((name) => slotOfName(name) ?? [])
const within = inSlots.filter(({ slot, size }) => slot.offset + SLOT_HEADER_SIZE + size <= trunkFile.length)

function headerOf({ slot }: NamedSlot): Buffer {
  return trunkFile.subarray(slot.offset, slot.offset + SLOT_HEADER_SIZE)
}

describe('the header of a slot', () => {
  it('is what FastDFS wrote in front of every file whose name it gave out', () => {
    expect(within.length).toBeGreaterThanOrEqual(4)
    for (const named of within) expect(slotHeader('F', named).toString('hex')).toBe(headerOf(named).toString('hex'))
  })

  it('stands in front of the content that the name tells', () => {
    for (const { slot, size, crc32: expected } of within) {
      const start = slot.offset + SLOT_HEADER_SIZE
      expect(crc32(trunkFile.subarray(start, start + size))).toBe(expected)
    }
  })

  it.each([
    ['type', 0],
    ['slot size', 4],
    ['size', 8],
    ['CRC-32', 12],
    ['time', 16],
    ['tail of the name', 23],
  ])('with another %s is that of another file', (_, at) => {
    const named = within[0] as NamedSlot
    const header = Buffer.from(headerOf(named))
    expect(slotTypeFor(header, named)).toBe('F')
    header[at] = (header[at] ?? 0) ^ 1
    expect(slotTypeFor(header, named)).toBeNull()
  })

  it('of a link counts, too', () => {
    const named = within[0] as NamedSlot
    expect(slotTypeFor(slotHeader('L', named), named)).toBe('L')
  })

  it('is unoccupied when CRC-32, time and tail are zero, whatever type and sizes are', () => {
    const header = Buffer.alloc(SLOT_HEADER_SIZE)
    header.fill(0xff, 0, 9)
    expect(isUnoccupied(header)).toBe(true)
    for (let at = 9; at < SLOT_HEADER_SIZE; at += 1) {
      const occupied = Buffer.from(header)
      occupied[at] = 1
      expect(isUnoccupied(occupied)).toBe(false)
    }
  })
})

describe('the name of a file in a slot', () => {
  it.each([
    ['a normal file', 'M00/00/00/wAACAmsBFO2AHdmyAAAABjY6MCA123.txt'],
    ['a slave of a file in a slot', 'M00/00/00/fwBIC2sBGr6ICVzoAAABAWWZ-WwAAAAAQBTRgAAAAIA_30.tar.gz'],
    ['a metadata file', 'M00/00/00/oYYBAGsBFZmITJiFAAAABjY6MCAAAAAAQAAAAAAAAEA178.txt-m'],
    ['a slot that is too small for its content', 'M00/00/00/oYYBAGsBFZmITJiFAAAABjY6MCAAAAAAQAAAAAAAAAA178.txt'],
  ])('is not that of %s', (_, name) => {
    expect(slotOfName(name)).toBeNull()
  })

  it('has a slot with room for header and content', () => {
    const facts = { source: { kind: 'id', id: 1 } as const, timestamp: 1, size: 1000, crc32: 1, random23: 1 }
    const inSlot = (allocSize: number) =>
      `M00/00/00/${encodeTrunkFileName({ ...facts, ext: '', digits: 1 }, { id: 1, offset: 0, allocSize })}`
    expect(slotOfName(inSlot(1023))).toBeNull()
    expect(slotOfName(inSlot(1024))?.size).toBe(1000)
  })

  it('tells the slot of the documented example', () => {
    expect(slotOfName('M00/00/00/oYYBAGsBFZmITJiFAAAABjY6MCAAAAAAQAAAAAAAAEA178.txt')).toMatchObject({
      slot: { storePathIndex: 0, high: 0, low: 0, trunkFileId: 1, offset: 0, size: 256 },
      size: 6,
      tail: '178.txt',
    })
  })
})
