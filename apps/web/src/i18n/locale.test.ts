import { expect, test } from 'vitest'
import { negotiateLocale } from './locale.ts'

test('the wish with the highest quality wins, wherever it stands', () => {
  expect(negotiateLocale('en;q=0.6, zh-CN;q=0.9, fr')).toBe('zh-CN')
  expect(negotiateLocale('zh;q=0.1,en-GB;q=0.8')).toBe('en')
})

test('every kind of Chinese gets Simplified Chinese', () => {
  expect(negotiateLocale('zh-TW,zh;q=0.9')).toBe('zh-CN')
  expect(negotiateLocale('zh-Hant-HK')).toBe('zh-CN')
})

test('quality 0 means never', () => {
  expect(negotiateLocale('zh;q=0, en;q=0.1')).toBe('en')
})

test('no header, or only languages we do not have, gives English', () => {
  expect(negotiateLocale(null)).toBe('en')
  expect(negotiateLocale('fr-CA, de;q=0.5')).toBe('en')
})
