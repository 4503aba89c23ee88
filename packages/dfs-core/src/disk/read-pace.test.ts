import { beforeEach, describe, expect, it } from 'vitest'
import { ReadPace } from './read-pace.ts'

describe('ReadPace', () => {
  let fetched: number
  let pace: ReadPace
  beforeEach(() => {
    fetched = 7
    pace = new ReadPace(() => fetched)
  })

  function takesFromDisk(ms: number): void {
    fetched += 1
    pace.took(ms)
  }

  it('takes the disk for quick until a read has waited', () => {
    for (let i = 0; i < 1000; i += 1) takesFromDisk(0.05)
    expect(pace.isSlow).toBe(false)
    takesFromDisk(3)
    expect(pace.isSlow).toBe(true)
  })

  it('takes it for quick again only after many quick reads in a row', () => {
    takesFromDisk(3)
    for (let i = 0; i < 63; i += 1) pace.took(0.05)
    expect(pace.isSlow).toBe(true)
    takesFromDisk(3)
    for (let i = 0; i < 63; i += 1) pace.took(0.05)
    expect(pace.isSlow).toBe(true)
    pace.took(0.05)
    expect(pace.isSlow).toBe(false)
  })

  it('does not blame the disk for the time that a read waited for a processor', () => {
    for (let i = 0; i < 1000; i += 1) pace.took(30)
    expect(pace.isSlow).toBe(false)
    takesFromDisk(3)
    for (let i = 0; i < 64; i += 1) pace.took(30)
    expect(pace.isSlow).toBe(false)
  })

  it('believes in a slow disk without a count when a read takes very long', () => {
    pace.took(150)
    expect(pace.isSlow).toBe(true)
  })
})
