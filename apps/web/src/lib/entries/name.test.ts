import { describe, expect, it } from 'vitest'
import { ApiError } from '../api-error.ts'
import { checkedName, checkedPath, numberedName, storageExtension } from './name.ts'

function refusal(name: string): ApiError {
  try {
    checkedName(name)
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
  throw new Error(`${JSON.stringify(name)} was accepted`)
}

describe('a name', () => {
  it('is kept as typed, in form C', () => {
    expect(checkedName('Cafe\u0301 .txt ')).toBe('Caf\u00e9 .txt ')
    expect(checkedName('项目计划书.pdf')).toBe('项目计划书.pdf')
    expect(checkedName('...')).toBe('...')
  })

  it.each([
    'a/b',
    '',
    '.',
    '..',
    'a\0b',
    'a\nb',
    'a\u0085b',
    'a\u007fb',
    'invoice\u202efdp.exe',
    'a\u2066b',
    'a\ud800b',
  ])('is refused with a forbidden character or meaning: %j', (name) => {
    expect(refusal(name)).toMatchObject({ code: 'name_invalid', field: 'name' })
  })

  it('may have 255 bytes and not one more, and says by how many it is too long', () => {
    expect(checkedName('汉'.repeat(85))).toHaveLength(85)
    expect(checkedName('a'.repeat(255))).toHaveLength(255)
    expect(refusal('a'.repeat(300))).toMatchObject({ code: 'name_too_long', detail: { bytesOver: 45 } })
    expect(refusal('汉'.repeat(86))).toMatchObject({
      code: 'name_too_long',
      message: 'That name is too long by 3 bytes.',
    })
  })
})

it('a path of a folder drop loses empty parts and keeps the order', () => {
  expect(checkedPath('/photos//2026/')).toEqual(['photos', '2026'])
  expect(checkedPath('')).toEqual([])
  expect(() => checkedPath('a/../b')).toThrow(ApiError)
})

describe('the name of a second entry', () => {
  it('has its number before the ending', () => {
    expect(numberedName('photo.jpg', 2)).toBe('photo (2).jpg')
    expect(numberedName('backup.tar.gz', 3)).toBe('backup (3).tar.gz')
    expect(numberedName('.profile', 2)).toBe('.profile (2)')
    expect(numberedName('Makefile', 2)).toBe('Makefile (2)')
    expect(numberedName('a. b', 2)).toBe('a. b (2)')
  })

  it('never passes the limit and cuts no character', () => {
    const name = numberedName(`${'汉'.repeat(83)}.jpeg`, 12)
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255)
    expect(name).toMatch(/^汉+ \(12\)\.jpeg$/u)
  })
})

it('the extension of a file ID is short, plain and in lower case, or empty', () => {
  expect(storageExtension('A.JPG')).toBe('jpg')
  expect(storageExtension('backup.tar.gz')).toBe('gz')
  expect(storageExtension('a.markdown')).toBe('')
  expect(storageExtension('a.图片')).toBe('')
  expect(storageExtension('.profile')).toBe('')
  expect(storageExtension('Makefile')).toBe('')
})
