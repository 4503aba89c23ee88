import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../errors.ts'
import { AnswerReader } from './answer-reader.ts'
import { WholeResponse } from './response.ts'

const answer = Buffer.from('00000000000000056400' + '68656c6c6f', 'hex')

describe('an answer', () => {
  it('is read whole wherever it is cut, and what follows it is left alone', async () => {
    const input = Buffer.concat([answer, Buffer.from('more')])
    for (let cut = 0; cut <= answer.length; cut++) {
      const response = new WholeResponse(5)
      const reader = new AnswerReader(response)
      let used = reader.take(input.subarray(0, cut))
      if (!reader.complete) used += reader.take(input.subarray(used))
      expect([reader.complete, used], `cut at ${cut}`).toEqual([true, answer.length])
      response.end()
      expect((await response.body).toString()).toBe('hello')
    }
  })

  it('is read byte by byte', async () => {
    const response = new WholeResponse(5)
    const reader = new AnswerReader(response)
    for (const byte of answer) {
      expect(reader.complete).toBe(false)
      reader.take(Buffer.of(byte))
    }
    response.end()
    expect((await response.body).toString()).toBe('hello')
  })

  it('with an error status is complete after its header, and a body with it is read over', () => {
    const plain = new AnswerReader(new WholeResponse(0))
    plain.take(Buffer.from('00000000000000006402', 'hex'))
    expect([plain.complete, plain.status]).toEqual([true, 2])
    const withBody = new AnswerReader(new WholeResponse(0))
    expect(withBody.take(Buffer.from('00000000000000036402' + '616263' + '00', 'hex'))).toBe(13)
    expect([withBody.complete, withBody.status]).toEqual([true, 2])
  })

  it.each([
    ['another command than 100', '00000000000000006f00'],
    ['a negative length', 'ffffffffffffffff6400'],
    ['a length above 2^53', '00200000000000006400'],
    ['more bytes than are accepted', '00000000000000066400'],
    ['an error with an endless body', '00000000000100016402'],
  ])('with %s is refused', (_what, hex) => {
    const reader = new AnswerReader(new WholeResponse(5))
    expect(() => reader.take(Buffer.from(hex, 'hex'))).toThrow(ProtocolError)
  })
})
