import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { MeasuredStream } from './request-body.ts'

async function read(chunks: Iterable<unknown>, size: number): Promise<string> {
  const stream = new MeasuredStream({ stream: Readable.from(chunks), size })
  let text = ''
  for (let chunk = await stream.next(); chunk !== null; chunk = await stream.next())
    text += Buffer.from(chunk).toString()
  return text
}

const parts = (...texts: string[]) => texts.map((text) => Buffer.from(text))

describe('a stream of declared size', () => {
  it('comes through when it has that size, with empty chunks anywhere', async () => {
    expect(await read(parts('', 'ab', '', 'cd', ''), 4)).toBe('abcd')
    expect(await read(parts('', ''), 0)).toBe('')
  })

  it.each([
    [parts('ab', 'c'), 4, 'the stream ended after 3 of 4 bytes'],
    [parts(), 1, 'the stream ended after 0 of 1 bytes'],
    [parts('ab', 'c'), 2, 'the stream has more than the declared 2 bytes'],
    [parts('abc'), 2, 'the stream has more than the declared 2 bytes'],
    [parts('a'), 0, 'the stream has more than the declared 0 bytes'],
  ])('%j is refused as %i bytes', async (chunks, size, message) => {
    await expect(read(chunks, size)).rejects.toThrow(new RangeError(message))
  })

  it('keeps the last bytes back until it knows that nothing follows', async () => {
    const stream = new MeasuredStream({ stream: Readable.from(parts('ab', 'cd', 'e')), size: 4 })
    expect(Buffer.from((await stream.next()) ?? []).toString()).toBe('ab')
    await expect(stream.next()).rejects.toThrow(RangeError)
  })

  it('is refused when it is text', async () => {
    await expect(read(['text'], 4)).rejects.toThrow(TypeError)
  })
})
