import { describe, expect, it } from 'vitest'
import { SegmentSlots } from './segment-slots.ts'
import { UploadSlots } from './upload-slots.ts'

interface Request {
  state: string
  end(): void
  done: Promise<void>
}

/** A request that holds its segment until the test lets it go, or somebody takes over. */
function begin(slots: SegmentSlots, name: { upl: string; off: number; ep: number }) {
  const request: Request = { state: 'waits', end: () => undefined, done: Promise.resolve() }
  request.done = slots
    .hold(name, (takeover) => {
      request.state = 'holds'
      return new Promise<void>((resolve) => {
        request.end = resolve
        takeover.addEventListener('abort', () => {
          request.state = 'stopped'
          resolve()
        })
      })
    })
    .catch((error) => {
      request.state = error.code
    })
  return request
}

/** What waited for nothing has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

const a = (off: number, ep = 1) => ({ upl: 'a', off, ep })

describe('segments of one upload', () => {
  it('are held side by side, and the upload is free when all have ended', async () => {
    const uploads = new UploadSlots()
    const slots = new SegmentSlots(uploads)
    const requests = [begin(slots, a(0)), begin(slots, a(5)), begin(slots, { upl: 'b', off: 0, ep: 1 })]
    await settled()
    expect(requests.map(({ state }) => state)).toEqual(['holds', 'holds', 'holds'])
    requests[0]?.end()
    await settled()
    expect([uploads.has('a'), uploads.has('a.0'), uploads.has('a.5')]).toEqual([true, false, true])
    requests[1]?.end()
    requests[2]?.end()
    await settled()
    expect(uploads.size).toBe(0)
  })

  it('are all stopped by whoever wants the upload, who has it when they have ended', async () => {
    const uploads = new UploadSlots()
    const slots = new SegmentSlots(uploads)
    const requests = [begin(slots, a(0)), begin(slots, a(5))]
    await settled()
    const release = await uploads.acquire('a', () => undefined)
    expect(requests.map(({ state }) => state)).toEqual(['stopped', 'stopped'])
    const late = begin(slots, a(9))
    await settled()
    expect(late.state).toBe('locked')
    release()
    const after = begin(slots, a(9))
    await settled()
    expect(after.state).toBe('holds')
    after.end()
    await settled()
    expect(uploads.size).toBe(0)
  })

  it('yield to a newer request for the same one, and to a higher epoch', async () => {
    const uploads = new UploadSlots()
    const slots = new SegmentSlots(uploads)
    const [first, other] = [begin(slots, a(0)), begin(slots, a(5))]
    await settled()
    const second = begin(slots, a(0))
    await settled()
    await settled()
    expect([first.state, second.state, other.state]).toEqual(['stopped', 'holds', 'holds'])
    const newer = [begin(slots, a(7, 2)), begin(slots, a(8, 2))]
    await settled()
    await settled()
    expect([second.state, other.state, ...newer.map(({ state }) => state)]).toEqual([
      'stopped',
      'stopped',
      'holds',
      'holds',
    ])
    for (const { end } of newer) end()
    await settled()
    expect(uploads.size).toBe(0)
  })

  it('of a higher epoch give up when the older ones do not yield, and leave nothing behind', async () => {
    const uploads = new UploadSlots(20)
    const slots = new SegmentSlots(uploads)
    let end: () => void = () => undefined
    const stubborn = slots.hold(a(0), () => new Promise<void>((resolve) => (end = resolve)))
    await settled()
    const newer = [begin(slots, a(7, 2)), begin(slots, a(8, 2))]
    await Promise.all(newer.map(({ done }) => done))
    expect(newer.map(({ state }) => state)).toEqual(['locked', 'locked'])
    end()
    await stubborn
    expect(uploads.size).toBe(0)
  })
})
