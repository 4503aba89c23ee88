import { describe, expect, it } from 'vitest'
import { sniffContentType } from './content-type.ts'

const PNG = Buffer.from('89504e470d0a1a0a0000000d4948445200000001000000010806000000', 'hex')

describe('sniffContentType', () => {
  it.each<[string, Buffer, string]>([
    ['a PNG', PNG, 'image/png'],
    ['a PDF', Buffer.from('%PDF-1.7\n%âãÏÓ\n', 'latin1'), 'application/pdf'],
    ['plain text', Buffer.from('The quick brown fox\r\n\tjumps.\n'), 'text/plain'],
    ['Chinese text', Buffer.from('项目计划书。'), 'text/plain'],
    ['Chinese text, cut in the last character', Buffer.from('项目计划书').subarray(0, 14), 'text/plain'],
    ['Latin-1 text', Buffer.from('caf\xe9 au lait', 'latin1'), 'application/octet-stream'],
    ['GBK text', Buffer.from('b3b1cebbb9dbb2e2bcc7c2bca3bab1b1b2e0d1e9b3b1d5be0a', 'hex'), 'text/plain'],
    ['GBK text, cut in a character', Buffer.from('b3b1cebbb9dbb2e2bcc7c2bca3', 'hex'), 'text/plain'],
    ['UTF-16 text', Buffer.from('\ufeff潮位\nlow tide\n', 'utf16le'), 'text/plain'],
    ['UTF-16 text, big end first', Buffer.from('\ufeff潮位\n', 'utf16le').swap16(), 'text/plain'],
    ['UTF-16 text, cut in a character', Buffer.from('\ufeff潮🌊', 'utf16le').subarray(0, 7), 'text/plain'],
    ['the mark of UTF-16 before what is no text', Buffer.from('fffe00000100ffd800dc', 'hex'), 'audio/mpeg'],
    ['an MPEG frame', Buffer.from('fffb9064000000000000000000000000', 'hex'), 'audio/mpeg'],
    ['bytes with a NUL', Buffer.from('ab\0cd'), 'application/octet-stream'],
    ['HTML', Buffer.from('\n<!DOCTYPE html><html><body>'), 'text/html'],
    ['HTML behind a comment', Buffer.from('<!-- hello -->\n<script>alert(1)</script>'), 'text/html'],
    ['SVG', Buffer.from('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml'],
    ['SVG without a declaration', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"></svg>'), 'image/svg+xml'],
    ['other XML', Buffer.from('<?xml version="1.0"?>\n<note/>'), 'application/xml'],
  ])('%s', async (_name, head, expected) => {
    expect(await sniffContentType(head)).toBe(expected)
  })
})
