import { expect, test } from 'vitest'
import { beginsWith, typedForm } from './pinyin-initial.ts'

test.each([
  ['潮位观测', 'cwgc'],
  ['合同与报价', 'htybj'],
  ['会议纪要_草稿.docx', 'hyjy_cg.docx'],
  ['阿姨', 'ay'],
  ['做', 'z'],
  ['Ébauche', 'ébauche'],
])('%s is typed as %s', (name, typed) => {
  expect(typedForm(name)).toBe(typed)
})

test('a name is found by its characters, its initials and both mixed, and by nothing else', () => {
  expect(beginsWith('潮位', '潮')).toBe(true)
  expect(beginsWith('潮位', 'CW')).toBe(true)
  expect(beginsWith('潮位', 'w')).toBe(false)
  expect(beginsWith('Report', 're')).toBe(true)
})
