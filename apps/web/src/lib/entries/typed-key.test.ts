import { expect, it } from 'vitest'
import { sortKey } from './sort-key.ts'
import { initialsPattern, typedKeys } from './typed-key.ts'

const leads = (typed: string, name: string) => typedKeys(typed).some((key) => sortKey(name).startsWith(key))

it('what was typed leads to names that begin so, without regard to case, width and accents', () => {
  expect(leads('IMG_', 'img_7.jpg')).toBe(true)
  expect(leads('ecl', 'Éclair.md')).toBe(true)
  expect(leads('img', 'image.jpg')).toBe(false)
})

it('the first digits of a number lead to it, however many follow', () => {
  for (const name of ['img_2.jpg', 'img_20.jpg', 'img_2026-11.jpg', 'img_0020.jpg']) {
    expect([name, leads('img_2', name)]).toEqual([name, true])
  }
  expect(leads('img_002', 'img_0020.jpg')).toBe(true)
  expect(leads('img_3', 'img_2.jpg')).toBe(false)
  expect(leads('img_2 b', 'img_2 back.jpg')).toBe(true)
  expect(leads('0', '01 Intro.mp3')).toBe(true)
})

it('letters lead to Chinese names by their sound and by their initials', () => {
  expect(leads('chao', '潮位.txt')).toBe(true)
  const pattern = new RegExp(initialsPattern('cw') ?? '')
  expect(pattern.test(sortKey('潮位.txt'))).toBe(true)
  expect(pattern.test(sortKey('潮汐.txt'))).toBe(false)
  expect(pattern.test(sortKey('c位.txt'))).toBe(true)
  expect([initialsPattern('c'), initialsPattern('c.'), initialsPattern('潮位')]).toEqual([null, null, null])
})
