import { expect, it } from 'vitest'
import { asUploadError } from './disk-failure.ts'

it.each([
  ['ENOSPC', 'disk_full'],
  ['EDQUOT', 'disk_full'],
  ['EIO', 'disk_failed'],
  ['EROFS', 'disk_failed'],
])('%s is told as %s, also behind what a log says of it', (code, told) => {
  const cause = Object.assign(new Error(`${code}: of the system`), { code })
  expect(asUploadError(cause)).toMatchObject({ code: told })
  expect(asUploadError(new Error('cannot write the log', { cause }))).toMatchObject({ code: told })
})

it('what no disk said stays what it is', () => {
  const error = new Error('a fault of ours', { cause: new Error('another') })
  expect(asUploadError(error)).toBe(error)
})
