import { describe, expect, it } from 'vitest'
import { decodeText, detectEncoding } from './text-encoding.ts'

// 潮位观测数据，第三季度修订版。Encoded by iconv; TextEncoder writes UTF-8 only.
const chinese = '潮位观测数据，第三季度修订版。今天的风从东南方向吹来，海面平静。'
const gbk = 'b3b1cebbb9dbb2e2cafdbedd'
const japanese = 'こんにちは、世界。今日は海が静かです。'

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'))
}

function utf16(text: string, littleEndian: boolean, mark: boolean): Uint8Array {
  const units = mark ? `\ufeff${text}` : text
  const bytes = Buffer.from(units, 'utf16le')
  return Uint8Array.from(littleEndian ? bytes : bytes.swap16())
}

describe('the encoding of a text', () => {
  it('is UTF-8 when it is, also when the sample ends inside a character', () => {
    const bytes = new TextEncoder().encode(chinese)
    expect(detectEncoding(bytes)).toBe('utf-8')
    expect(detectEncoding(bytes.subarray(0, bytes.length - 1))).toBe('utf-8')
  })

  it.each([
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ])('is UTF-16, little end first: %s, with a mark: %s', (littleEndian, mark) => {
    const bytes = utf16(`${chinese}\r\nsecond line, 2026\r\n`, littleEndian, mark)
    const encoding = detectEncoding(bytes)
    expect(encoding).toBe(littleEndian ? 'utf-16le' : 'utf-16be')
    expect(decodeText(bytes, encoding, true)).toBe(`${chinese}\r\nsecond line, 2026\r\n`)
  })

  it('is GBK for Chinese that is not UTF-8', () => {
    const bytes = hex(`${gbk}a3acb5dac8fdbcbeb6c8d0deb6a9b0e6a1a3`)
    const encoding = detectEncoding(bytes)
    expect(encoding).toBe('gb18030')
    expect(decodeText(bytes, encoding, true)).toBe('潮位观测数据，第三季度修订版。')
  })

  it('is Shift_JIS for Japanese of that kind', () => {
    const bytes = hex(
      '82b182f182c982bf82cd814190a28a4581428da1937882cd8a43aa90c382a982c582b78142'
        .replace('8a43aa', '8a4382aa')
        .replace('9378', '93fa'),
    )
    const encoding = detectEncoding(bytes)
    expect(encoding).toBe('shift_jis')
    expect(decodeText(bytes, encoding, true)).toBe(japanese)
  })

  it('of bytes that are a picture is no UTF-16', () => {
    const bytes = Uint8Array.from({ length: 4096 }, (_, at) => (at * 197) % 256)
    expect(detectEncoding(bytes)).not.toMatch(/^utf/)
  })
})
