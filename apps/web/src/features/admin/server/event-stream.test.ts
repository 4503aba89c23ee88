import { expect, it } from 'vitest'
import { eventStream } from './event-stream.ts'

/** A stream whose source says what it is told to, and knows whether anybody listens. */
function openStream(signal = new AbortController().signal) {
  const listeners = new Set<(view: unknown) => void>()
  const listen = (listener: (view: unknown) => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  const reader = eventStream({ listen, isAllowed: () => Promise.resolve(true), signal }).body!.getReader()
  return {
    listeners,
    reader,
    say: (view: unknown) => {
      for (const listener of listeners) listener(view)
    },
    read: async () => new TextDecoder().decode((await reader.read()).value),
  }
}

it('who reads gets each state', async () => {
  const { say, read, reader } = openStream()
  for (const view of [1, 2, 3]) {
    say(view)
    expect(await read()).toBe(`data: ${view}\n\n`)
  }
  await reader.cancel()
})

it('who stopped reading has one state waiting, and goes on with the newest when he reads again', async () => {
  const { say, read, reader } = openStream()
  for (let view = 1; view <= 10; view += 1) say(view)
  expect(await read()).toBe('data: 1\n\n')
  say(11)
  expect(await read()).toBe('data: 11\n\n')
  await reader.cancel()
})

it('who reads none of fifteen states is let go', async () => {
  const { say, read, reader, listeners } = openStream()
  for (let view = 1; view <= 15; view += 1) say(view)
  expect(listeners.size).toBe(1)
  say(16)
  expect(listeners.size).toBe(0)
  expect(await read()).toBe('data: 1\n\n')
  expect((await reader.read()).done).toBe(true)
})

it('nobody listens for a browser that has gone, also before the stream began', () => {
  const browser = new AbortController()
  const { listeners } = openStream(browser.signal)
  expect(listeners.size).toBe(1)
  browser.abort()
  expect(listeners.size).toBe(0)
  expect(openStream(AbortSignal.abort()).listeners.size).toBe(0)
})
