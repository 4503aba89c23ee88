import { expect, it } from 'vitest'
import { categoryOf } from './category.ts'

it.each([
  ['image/jpeg', 'a.txt', 'image'],
  ['video/mp4', 'a', 'video'],
  ['video/mp2t', 'code.ts', 'video'],
  ['text/plain', 'code.ts', 'document'],
  ['audio/mpeg', 'a.mp3', 'audio'],
  ['application/pdf', 'a.pdf', 'document'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'a.zip', 'document'],
  ['text/plain; charset=utf-8', 'a.md', 'document'],
  ['application/zip', 'a.zip', 'archive'],
  ['application/zip', 'report.DOCX', 'document'],
  ['application/x-cfb', 'old.doc', 'document'],
  ['application/x-cfb', 'setup.msi', 'other'],
  ['application/xml', 'logo.svg', 'image'],
  ['application/octet-stream', 'movie.mp4', 'other'],
  ['application/gzip', 'a.tar.gz', 'archive'],
  ['application/vnd.ms-cab-compressed', 'a.cab', 'archive'],
  ['', 'a', 'other'],
])('%s named %s is in the category %3$s', (contentType, name, category) => {
  expect(categoryOf(contentType, name)).toBe(category)
})
