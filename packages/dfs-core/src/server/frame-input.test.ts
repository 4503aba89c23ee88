import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../errors.ts'
import type { Header } from '../protocol/frame.ts'
import { type FrameConsumer, FrameInput } from './frame-input.ts'

/** Writes down what it gets. Command 1 is skipped, others want as many head bytes as their status says. */
class Recorder implements FrameConsumer {
  readonly events: string[] = []
  used = 0

  onHeader({ command, status, length }: Header): number {
    this.events.push(`header ${command} ${length}`)
    return command === 1 ? -1 : Math.min(status, length)
  }

  onHead(head: Buffer): number {
    this.events.push(`head ${head.toString()}`)
    return Math.min(this.used, head.length)
  }

  onBody(chunk: Buffer): void {
    const last = this.events.length - 1
    // How a body is cut is not part of what is recorded.
    if (this.events[last]?.startsWith('body ')) this.events[last] += chunk.toString()
    else this.events.push(`body ${chunk.toString()}`)
  }

  onBodyEnd(): void {
    this.events.push('end')
  }
}

function bytes(command: number, headWanted: number, body: string): Buffer {
  const header = Buffer.alloc(10)
  header.writeBigInt64BE(BigInt(body.length))
  header[8] = command
  header[9] = headWanted
  return Buffer.concat([header, Buffer.from(body)])
}

function feed(input: FrameInput, chunk: Buffer): void {
  for (let at = 0; at < chunk.length || input.hasRest; ) at = input.step(chunk, at)
}

/** Heads of exactly what is wanted, so that the record does not depend on the cuts. */
const HEAD_BYTES_MAX = 0

const input = Buffer.concat([
  bytes(2, 3, 'abcdefgh'),
  bytes(1, 0, 'skipped'),
  bytes(3, 0, ''),
  bytes(4, 9, 'whole'),
  bytes(5, 0, 'body only'),
])
const expected = [
  'header 2 8',
  'head abc',
  'body cdefgh',
  'end',
  'header 1 7',
  'header 3 0',
  'head ',
  'end',
  'header 4 5',
  'head whole',
  'body ole',
  'end',
  'header 5 9',
  'head ',
  'body body only',
  'end',
]

describe('frames', () => {
  it('are the same wherever two cuts fall', () => {
    for (let first = 0; first <= input.length; first++) {
      for (let second = first; second <= input.length; second++) {
        const recorder = new Recorder()
        recorder.used = 2
        const frames = new FrameInput(recorder, HEAD_BYTES_MAX)
        feed(frames, input.subarray(0, first))
        feed(frames, input.subarray(first, second))
        feed(frames, input.subarray(second))
        expect(recorder.events, `cut at ${first} and ${second}`).toEqual(expected)
        expect([frames.inFrame, frames.unread]).toEqual([false, 0])
      }
    }
  })

  it('are the same byte by byte', () => {
    const recorder = new Recorder()
    recorder.used = 2
    const frames = new FrameInput(recorder, HEAD_BYTES_MAX)
    for (const byte of input) feed(frames, Buffer.of(byte))
    expect(recorder.events).toEqual(expected)
  })

  it('pass a chunk that is body alone on as it is, without a copy or a view', () => {
    const passed: Buffer[] = []
    const recorder = new Recorder()
    recorder.onBody = (chunk) => void passed.push(chunk)
    const frames = new FrameInput(recorder, HEAD_BYTES_MAX)
    const whole = bytes(2, 0, 'x'.repeat(100))
    const chunk = whole.subarray(40, 80)
    feed(frames, whole.subarray(0, 40))
    feed(frames, chunk)
    expect(passed[1]).toBe(chunk)
  })

  it('give as much of the body with the head as has come, up to the maximum', () => {
    const recorder = new Recorder()
    recorder.used = 1
    const frames = new FrameInput(recorder, 4)
    feed(frames, bytes(2, 2, 'abcdefgh'))
    expect(recorder.events).toEqual(['header 2 8', 'head abcd', 'body bcdefgh', 'end'])
  })

  it('can be stopped between any two steps', () => {
    const recorder = new Recorder()
    const frames = new FrameInput(recorder, 100)
    const chunk = bytes(2, 2, 'abcd')
    const afterHead = frames.step(chunk, 0)
    expect(recorder.events).toEqual(['header 2 4', 'head abcd'])
    expect([frames.hasRest, frames.inBody, frames.unread]).toEqual([true, true, 4])
    frames.step(chunk, afterHead)
    expect(recorder.events.slice(2)).toEqual(['body abcd', 'end'])
  })

  it('with a negative length are refused, however they are cut', () => {
    const header = Buffer.from('ffffffffffffffff6f00', 'hex')
    for (let cut = 0; cut < 10; cut++) {
      const frames = new FrameInput(new Recorder(), HEAD_BYTES_MAX)
      feed(frames, header.subarray(0, cut))
      expect(() => feed(frames, header.subarray(cut)), `cut at ${cut}`).toThrow(ProtocolError)
    }
  })
})
