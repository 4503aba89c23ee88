import { EventEmitter, once } from 'node:events'
import { PassThrough, Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { pumpBody } from './body-pump.ts'

function collector(delay?: () => Promise<void>) {
  const stored: Buffer[] = []
  let calls = 0
  return {
    text: () => Buffer.concat(stored).toString(),
    size: () => Buffer.concat(stored).length,
    calls: () => calls,
    async store(chunks: Buffer[]) {
      calls += 1
      await delay?.()
      stored.push(...chunks)
    },
  }
}

function newGate() {
  const opening = new EventEmitter()
  return { opened: once(opening, 'open').then(() => undefined), open: () => opening.emit('open') }
}

const budget = { share: 2 * 1024 * 1024 }
const never = new AbortController().signal

describe('pumpBody', () => {
  it('stores a whole body in order', async () => {
    const sink = collector()
    const body = Readable.from([Buffer.from('ab'), Buffer.from('cd'), Buffer.from('e')])
    expect(await pumpBody(body, { room: 5, takeover: never, budget, store: sink.store })).toBe('whole')
    expect(sink.text()).toBe('abcde')
  })

  it('ends an empty body', async () => {
    const sink = collector()
    expect(await pumpBody(Readable.from([]), { room: 5, takeover: never, budget, store: sink.store })).toBe('whole')
  })

  it.each([2048, 256])('holds the body while more than its share of %i KiB waits for the disk', async (kilobytes) => {
    const gate = newGate()
    const sink = collector(() => gate.opened)
    let produced = 0
    const chunk = Buffer.alloc(64 * 1024)
    const share = kilobytes * 1024
    const body = new Readable({
      read() {
        produced += chunk.length
        this.push(produced > 4 * share ? null : chunk)
      },
    })
    const done = pumpBody(body, { room: 1e9, takeover: never, budget: { share }, store: sink.store })
    await expect.poll(() => body.isPaused()).toBe(true)
    // One chunk is being stored, and the stream may have some of its own.
    expect(produced).toBeLessThan(share + 4 * chunk.length)
    gate.open()
    expect(await done).toBe('whole')
    expect(sink.size()).toBe(4 * share)
  })

  it('stores what came before the client went away', async () => {
    const sink = collector()
    const body = new PassThrough()
    const done = pumpBody(body, { room: 100, takeover: never, budget, store: sink.store })
    body.write('abc')
    await expect.poll(sink.text).toBe('abc')
    body.destroy(new Error('aborted'))
    expect(await done).toBe('broken')
    expect(sink.text()).toBe('abc')
  })

  it('stores what came before a take-over, also when the disk is slow', async () => {
    const gate = newGate()
    const sink = collector(() => gate.opened)
    const body = new PassThrough()
    const takeover = new AbortController()
    const done = pumpBody(body, { room: 100, takeover: takeover.signal, budget, store: sink.store })
    body.write('abc')
    await expect.poll(sink.calls).toBe(1)
    body.write('def')
    await expect.poll(() => body.readableLength).toBe(0)
    takeover.abort()
    gate.open()
    expect(await done).toBe('taken_over')
    expect(sink.text()).toBe('abcdef')
  })

  it('reads nothing when the take-over came first', async () => {
    const sink = collector()
    const takeover = new AbortController()
    takeover.abort()
    const body = new PassThrough()
    body.write('abc')
    expect(await pumpBody(body, { room: 100, takeover: takeover.signal, budget, store: sink.store })).toBe('taken_over')
    expect(sink.text()).toBe('')
  })

  it('stops at a byte too many', async () => {
    const sink = collector()
    const body = Readable.from([Buffer.from('abc'), Buffer.from('de')])
    expect(await pumpBody(body, { room: 4, takeover: never, budget, store: sink.store })).toBe('too_long')
  })

  it('rejects with the error of the disk', async () => {
    const body = Readable.from([Buffer.from('abc')])
    const store = () => Promise.reject(new Error('ENOSPC'))
    await expect(pumpBody(body, { room: 4, takeover: never, budget, store })).rejects.toThrow('ENOSPC')
  })

  it('ends when the body was destroyed before', async () => {
    const body = new PassThrough()
    body.destroy()
    const sink = collector()
    expect(await pumpBody(body, { room: 4, takeover: never, budget, store: sink.store })).toBe('broken')
  })
})
