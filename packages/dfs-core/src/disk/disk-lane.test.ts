import { describe, expect, it } from 'vitest'
import { DiskLane } from './disk-lane.ts'

/** Of some threads that share what they know of one disk. */
function lanesOf(threads: number, turnsMax: number, turnsInNeedMax = turnsMax): DiskLane[] {
  const numbers = new Int32Array(new SharedArrayBuffer(64))
  const shared = {
    quickLeft: numbers.subarray(0, 2),
    taken: numbers.subarray(2, 2 + threads),
    overdue: numbers.subarray(2 + threads, 2 + 2 * threads),
  }
  return Array.from({ length: threads }, (_, thread) => new DiskLane({ turnsMax, turnsInNeedMax, shared, thread }))
}

function lanePair(turnsMax: number, turnsInNeedMax = turnsMax): [DiskLane, DiskLane] {
  const [one, other] = lanesOf(2, turnsMax, turnsInNeedMax)
  if (one === undefined || other === undefined) throw new Error('there are two')
  return [one, other]
}

function makeSlow(lane: DiskLane): void {
  lane.tookSince(performance.now() - 1000)
}

/** A call that lasts until it is told to end. */
function longCall(lane: DiskLane): { begun: boolean; ended: boolean; end(): void } {
  const call = { begun: false, ended: false, end: (): void => undefined }
  const work = () => {
    call.begun = true
    return new Promise<void>((resolve) => {
      call.end = resolve
    })
  }
  void lane.run(work).then(() => {
    call.ended = true
  })
  return call
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('a lane to a disk', () => {
  it('is the event loop until a call was slow, and the thread pool after that, for every thread', async () => {
    const [one, other] = lanePair(2)
    const later = () => Promise.resolve('later')
    expect(one.call(() => 'now', later)).toBe('now')
    makeSlow(one)
    expect([await one.call(() => 'now', later), await other.call(() => 'now', later)]).toEqual(['later', 'later'])
  })

  it('is quick again after 64 quick calls, in the thread pool or not', async () => {
    const [lane] = lanePair(2)
    makeSlow(lane)
    for (let i = 0; i < 64; i += 1)
      await lane.call(
        () => 'now',
        () => Promise.resolve('later'),
      )
    expect(
      lane.call(
        () => 'now',
        () => Promise.resolve('later'),
      ),
    ).toBe('now')
  })

  it('is the event loop for all but reads where there is no other disk', () => {
    const lane = new DiskLane()
    makeSlow(lane)
    expect([lane.isSlow, lane.isSlowToRead]).toEqual([false, false])
    lane.readSince(performance.now() - 1000)
    expect([lane.isSlow, lane.isSlowToRead]).toEqual([false, true])
  })

  it('is slow for every call when reads take so long that no processor explains it', () => {
    const [lane, other] = lanePair(2)
    lane.readSince(performance.now() - 1000)
    expect([lane.isSlow, lane.isSlowToRead, other.isSlow, other.isSlowToRead]).toEqual([true, true, true, true])
  })

  it('is slow for every thread while a call is under way that should be over, and no longer', async () => {
    const [one, other] = lanePair(4)
    let end: () => void = () => undefined
    const hanging = one.runTimed(() => new Promise<void>((resolve) => (end = resolve)))
    expect(other.isSlow).toBe(false)
    while (!other.isSlow) await turn()
    for (let i = 0; i < 100; i += 1) other.tookSince(performance.now())
    expect([one.isSlow, other.isSlow]).toEqual([true, true])
    end()
    await hanging
    for (let i = 0; i < 64; i += 1) one.tookSince(performance.now())
    expect([one.isSlow, other.isSlow]).toEqual([false, false])
  })

  it('does what is rare in the thread pool wherever there is another disk', async () => {
    const now = () => 'now'
    const later = () => Promise.resolve('later')
    expect(new DiskLane().callRarely(now, later)).toBe('now')
    const [lane] = lanePair(1)
    expect(await lane.callRarely(now, later)).toBe('later')
    expect(lane.call(now, later)).toBe('now')
  })

  it('is never the event loop where it must not be', async () => {
    const numbers = new Int32Array(4)
    const shared = { quickLeft: numbers.subarray(0, 2), taken: numbers.subarray(2, 3), overdue: numbers.subarray(3) }
    const lane = new DiskLane({ turnsMax: 1, turnsInNeedMax: 1, isPooled: true, shared, thread: 0 })
    expect([lane.isSlow, lane.isSlowToRead]).toEqual([true, true])
    expect(
      await lane.call(
        () => 'now',
        () => Promise.resolve('later'),
      ),
    ).toBe('later')
  })

  it('has a limit, and who waits begins in the order of asking', async () => {
    const [lane] = lanePair(2)
    const calls = Array.from({ length: 5 }, () => longCall(lane))
    const begun = () => calls.map(({ begun }) => begun)
    expect(begun()).toEqual([true, true, false, false, false])
    calls[1]?.end()
    await turn()
    expect(begun()).toEqual([true, true, true, false, false])
    calls[0]?.end()
    calls[2]?.end()
    await turn()
    expect(begun()).toEqual([true, true, true, true, true])
    expect(calls.map(({ ended }) => ended)).toEqual([true, true, true, false, false])
  })

  it('gives a turn back when a call fails', async () => {
    const [lane] = lanePair(1)
    const failing = lane.run(() => Promise.reject(new Error('EIO')))
    const next = longCall(lane)
    expect(next.begun).toBe(false)
    await expect(failing).rejects.toThrow('EIO')
    await turn()
    expect(next.begun).toBe(true)
  })

  it('counts the calls of all threads, and one that has no turn gets one when another thread gives it back', async () => {
    const [one, other] = lanePair(2)
    const taken = [longCall(one), longCall(one)]
    const waits = longCall(other)
    await turn()
    expect(waits.begun).toBe(false)
    taken[0]?.end()
    while (!waits.begun) await turn()
    const last = longCall(one)
    expect(last.begun).toBe(false)
    waits.end()
    taken[1]?.end()
    while (!last.begun) await turn()
  })
  it('lets a thread that has none take one although another thread wants all there are', async () => {
    const [greedy, modest] = lanePair(2, 3)
    let goOn = true
    const busy = async () => {
      while (goOn) await greedy.run(turn)
    }
    const crowd = Array.from({ length: 10 }, busy)
    for (let i = 0; i < 20; i += 1) await modest.run(turn)
    goOn = false
    await Promise.all(crowd)
  })
})
