import { expect, test } from 'vitest'
import { categoryByName, glyphOf } from './file-kind.ts'

test('the name decides until the bytes are known', () => {
  expect(categoryByName('Harbour.HEIC')).toBe('image')
  expect(categoryByName('survey.tar.zst')).toBe('archive')
  expect(categoryByName('tide_model.py')).toBe('document')
  expect(categoryByName('LICENSE')).toBe('other')
})

test('the extension picks a finer glyph inside the category', () => {
  expect(glyphOf('report.pdf', 'document')).toBe('book')
  expect(glyphOf('data.csv', 'document')).toBe('sheet')
  expect(glyphOf('tide_model.py', 'other')).toBe('code')
  expect(glyphOf('letter.docx', 'document')).toBe('document')
})

test('the bytes win over a wrong extension', () => {
  expect(glyphOf('photo.pdf', 'image')).toBe('image')
  expect(glyphOf('clip.woff2', 'video')).toBe('video')
})
