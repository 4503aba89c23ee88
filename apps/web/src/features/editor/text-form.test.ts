import { EditorState } from '@codemirror/state'
import { expect, it } from 'vitest'
import { readText, writeText } from './text-form.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

/** What is stored when a text was opened and saved with nothing changed. */
function savedAgain(bytes: Uint8Array, encoding = 'utf-8'): Uint8Array {
  const read = readText(bytes, encoding)
  if (read === null) throw new Error('not a text')
  const state = EditorState.create({ doc: read.text, extensions: [EditorState.lineSeparator.of(read.form.lineEnd)] })
  return writeText(state.sliceDoc(), read.form)
}

it.each([
  ['lines of Unix', 'one\ntwo\n'],
  ['lines of Windows', 'one\r\ntwo\r\n'],
  ['lines of old Macs', 'one\rtwo\r'],
  ['different ends of lines', 'one\r\ntwo\nthree\rfour'],
  ['a byte order mark', '\ufeffone\r\ntwo'],
  ['two byte order marks', '\ufeff\ufeffone'],
  ['no end of the last line', '一\n二'],
  ['a line separator of Unicode', 'one\u2028two\u0085three'],
  ['nothing', ''],
])('a text with %s comes out byte for byte as it was', (_, text) => {
  expect(Buffer.from(savedAgain(utf8(text)))).toEqual(Buffer.from(utf8(text)))
})

it('a new line ends as the others do', () => {
  const { form } = readText(utf8('one\r\ntwo'), 'utf-8') ?? { form: null }
  expect(form).toEqual({ encoding: 'utf-8', marked: false, lineEnd: '\r\n' })
})

it('a text in another encoding becomes UTF-8 without a mark', () => {
  const gbk = Uint8Array.from([0xb3, 0xb1, 0xce, 0xbb])
  expect(Buffer.from(savedAgain(gbk, 'gb18030')).toString()).toBe('潮位')
  const utf16 = new Uint8Array(Buffer.from('\ufeff潮位\r\n', 'utf16le'))
  expect(Buffer.from(savedAgain(utf16, 'utf-16le')).toString()).toBe('潮位\r\n')
})

it('bytes that would be lost are no text', () => {
  expect(readText(Uint8Array.from([0x61, 0xff, 0x62]), 'utf-8')).toBeNull()
  expect(readText(Uint8Array.from([0x61, 0x00, 0x62]), 'windows-1252')).toBeNull()
})
