import { expect, test } from 'vitest'
import { misnamed } from './misnamed.ts'

test.each([
  ['photo.txt', 'image/png', 'PNG'],
  ['scan.jpg', 'application/pdf', 'PDF'],
  ['picture.png', 'text/html; charset=utf-8', 'HTML'],
])('%s with the bytes of %s is misnamed', (name, contentType, said) => {
  expect(misnamed({ name, contentType })).toBe(said)
})

test.each([
  ['photo.JPEG', 'image/jpeg'],
  ['notes.md', 'text/plain'],
  ['no ending', 'image/png'],
  ['raw.png', 'application/octet-stream'],
  ['report.docx', 'application/zip'],
  ['folder', null],
])('%s with the bytes of %s is not', (name, contentType) => {
  expect(misnamed({ name, contentType })).toBeNull()
})
