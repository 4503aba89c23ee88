import { describe, expect, it } from 'vitest'
import { ProtocolError, ServerError, Status, statusName, statusOfSystemError } from './errors.ts'

describe('statusOfSystemError', () => {
  it('goes by the code, not by the number that the host gives it', () => {
    const error = Object.assign(new Error('no such file'), { code: 'ENOENT', errno: -4058 })
    expect(statusOfSystemError(error)).toBe(2)
  })

  it('is EIO for anything that is not a known system error', () => {
    const odd = [new Error('x'), Object.assign(new Error('x'), { code: 'ERR_X' }), 'ENOENT', null, { code: 'ENOENT' }]
    for (const error of odd) expect(statusOfSystemError(error)).toBe(Status.EIO)
    expect(statusOfSystemError(Object.assign(new Error('x'), { code: 'constructor' }))).toBe(Status.EIO)
  })
})

describe('errors', () => {
  it('say which status a server gave to which command', () => {
    expect(new ServerError(2, 14, '127.0.0.1:23000').message).toBe('127.0.0.1:23000 answered ENOENT (2) to command 14')
    expect(statusName(99)).toBe('status 99')
  })

  it('answer EINVAL for malformed bytes', () => {
    expect(new ProtocolError('x').status).toBe(22)
  })
})
