import { describe, expect, it } from 'vitest'
import { UploadSlots } from './upload-slots.ts'

describe('UploadSlots', () => {
  it('asks the holder to yield and grants when it has', async () => {
    const slots = new UploadSlots()
    const order: string[] = []
    const first = await slots.acquire('a', () => order.push('first is asked'))
    const second = slots
      .acquire('a', () => order.push('second is asked'))
      .then((release) => {
        order.push('second has it')
        return release
      })
    await Promise.resolve()
    expect(order).toEqual(['first is asked'])
    first()
    const release = await second
    release()
    expect(order).toEqual(['first is asked', 'second has it'])
    expect(slots.size).toBe(0)
  })

  it('grants in order and asks a holder at once when others wait behind it', async () => {
    const slots = new UploadSlots()
    const order: string[] = []
    const first = await slots.acquire('a', () => order.push('1 asked'))
    const second = slots.acquire('a', () => order.push('2 asked'))
    const third = slots.acquire('a', () => order.push('3 asked'))
    first()
    const releaseSecond = await second
    releaseSecond()
    const releaseThird = await third
    releaseThird()
    expect(order).toEqual(['1 asked', '2 asked'])
    expect(slots.has('a')).toBe(false)
  })

  it('gives up when the holder does not yield, and does not take the slot later', async () => {
    const slots = new UploadSlots(20)
    const first = await slots.acquire('a', () => undefined)
    await expect(slots.acquire('a', () => undefined)).rejects.toMatchObject({ code: 'locked', status: 423 })
    first()
    expect(slots.size).toBe(0)
  })

  it('a release that is called twice frees only its own turn', async () => {
    const slots = new UploadSlots()
    const first = await slots.acquire('a', () => undefined)
    first()
    await slots.acquire('a', () => undefined)
    first()
    expect(slots.has('a')).toBe(true)
  })

  it('uploads do not wait for each other', async () => {
    const slots = new UploadSlots()
    await slots.acquire('a', () => undefined)
    await slots.acquire('b', () => undefined)
    expect(slots.size).toBe(2)
  })
})
