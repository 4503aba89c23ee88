import { describe, expect, it } from 'vitest'
import { ReadPace } from './read-pace.ts'

describe('ReadPace', () => {
  it('takes the disk for quick until a read has waited', () => {
    const pace = new ReadPace()
    for (let i = 0; i < 1000; i += 1) pace.took(0.05)
    expect(pace.isSlow).toBe(false)
    pace.took(3)
    expect(pace.isSlow).toBe(true)
  })

  it('takes it for quick again only after many quick reads in a row', () => {
    const pace = new ReadPace()
    pace.took(3)
    for (let i = 0; i < 63; i += 1) pace.took(0.05)
    expect(pace.isSlow).toBe(true)
    pace.took(3)
    for (let i = 0; i < 63; i += 1) pace.took(0.05)
    expect(pace.isSlow).toBe(true)
    pace.took(0.05)
    expect(pace.isSlow).toBe(false)
  })
})
