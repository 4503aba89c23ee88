import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../errors.ts'
import { decodeAboutPart, encodeAboutPart } from './about-part.ts'
import { cairnCommands } from './cairn-commands.ts'

// Bytes written by hand after docs/wire-protocol.md.

const hex = (text: string) => Buffer.from(text.replaceAll(/\s+/g, ''), 'hex')
const upload = '00112233445566778899aabbccddeeff'
const about = {
  len: 5,
  lenMax: 5,
  ext: 'bin',
  own: 'öwner',
  ent: 'e',
  metadata: '',
  concat: 'partial',
  storePathIndex: 1,
}

describe('commands for copies of uploads', () => {
  it('PART_WRITE: upload, epoch, offset, length, CRC-32, length of what is known, both', () => {
    const json = Buffer.from(JSON.stringify(about))
    const value = {
      ...{ uploadId: hex(upload), epoch: 2, offset: 0x1_0000_0000, crc32: 0x3610a686 },
      ...{ about: json, data: Buffer.from('hello') },
    }
    const bytes = hex(`${upload} 00000002 0000000100000000 0000000000000005 3610a686
      ${json.length.toString(16).padStart(8, '0')} ${json.toString('hex')} 68656c6c6f`)
    expect(cairnCommands.partWrite.request.encode(value).toString('hex')).toBe(bytes.toString('hex'))
    expect(cairnCommands.partWrite.request.decode(bytes)).toEqual(value)
    expect(cairnCommands.partWrite.response.decode(hex('0000000100000005'))).toEqual({ offset: 0x1_0000_0005 })
  })

  it('PART_WRITE with more data than a piece has is refused', () => {
    const head = hex(`${upload} 00000002 0000000000000000 0000000000100001 00000000 00000000`)
    expect(() => cairnCommands.partWrite.request.decode(Buffer.concat([head, Buffer.alloc(0x100001)]))).toThrow(
      ProtocolError,
    )
  })

  it('PART_COMMIT: sizes and hashes, then name and media type', () => {
    const name = 'M00/00/00/oYYBAGsBGgKAc6nNAAAADK8IOy0333.txt'
    const value = {
      ...{ uploadId: hex(upload), epoch: 1, size: 12, crc32: 0xaf083b2d, timestamp: 0x6b011a02, name },
      ...{ sha256: Buffer.alloc(32, 0xaa), head: Buffer.alloc(32, 0xbb), contentType: 'text/plain' },
    }
    const bytes = hex(`${upload} 00000001 000000000000000c af083b2d ${'aa'.repeat(32)} ${'bb'.repeat(32)} 6b011a02
      000000000000002c 0000000a ${Buffer.from(name).toString('hex')} ${Buffer.from('text/plain').toString('hex')}`)
    expect(cairnCommands.partCommit.request.encode(value).toString('hex')).toBe(bytes.toString('hex'))
    expect(cairnCommands.partCommit.request.decode(bytes)).toEqual(value)
  })

  it('HELLO, PART_DROP and PART_STAT', () => {
    const group = `${Buffer.from('group1').toString('hex')}${'00'.repeat(10)}`
    const id = `${Buffer.from('100001').toString('hex')}${'00'.repeat(10)}`
    expect(cairnCommands.hello.request.decode(hex(group + id))).toEqual({ group: 'group1', id: '100001' })
    expect(cairnCommands.hello.response.decode(hex(`00000001${id}`))).toEqual({ version: 1, id: '100001' })
    expect(cairnCommands.partDrop.request.decode(hex(`${upload}00000003`))).toEqual({ uploadId: hex(upload), epoch: 3 })
    expect(cairnCommands.partStat.response.decode(hex('00000003 0000000000000009 02'))).toEqual({
      ...{ epoch: 3, offset: 9, state: 2 },
    })
  })
})

describe('SYNC_CREATE_FILES', () => {
  const { request, response } = cairnCommands.syncCreateFiles
  const names = ['M00/00/00/oYYBAGsBGgKAc6nNAAAADK8IOy0333.txt', 'M00/0A/0B/oYYBAGsBGgKAc6nNAAAAAK8IOy0444.bin']
  const group = `${Buffer.from('group1').toString('hex')}${'00'.repeat(10)}`
  const [first = '', second = ''] = names.map((name) => Buffer.from(name).toString('hex'))

  it('is a row of files: lengths of name and content, time, name, content', () => {
    const value = {
      group: 'group1',
      files: [
        { name: names[0] ?? '', timestamp: 0x6b011a02, content: Buffer.from('hello') },
        { name: names[1] ?? '', timestamp: 0x6b011a03, content: Buffer.alloc(0) },
      ],
    }
    const bytes = hex(`${group} 2c 00000005 6b011a02 ${first} 68656c6c6f 2c 00000000 6b011a03 ${second}`)
    expect(request.encode(value).toString('hex')).toBe(bytes.toString('hex'))
    expect(request.decode(bytes)).toEqual(value)
    expect(response.decode(hex('0011'))).toEqual({ statuses: hex('0011') })
  })

  it.each([
    ['that ends within a content', `${group} 2c 00000005 6b011a02 ${first} 68656c6c`],
    ['that ends within a head', `${group} 2c 00000000 6b011a02 ${first} 2c0000`],
    ['with a name that is too short', `${group} 0a 00000000 6b011a02 ${'41'.repeat(10)}`],
    ['with a content above 64 KiB', `${group} 2c 00010001 6b011a02 ${first} ${'00'.repeat(0x10001)}`],
  ])('%s is refused', (_what, bytes) => {
    expect(() => request.decode(hex(bytes))).toThrow(ProtocolError)
  })
})

describe('what is told of an upload', () => {
  it('comes back as it went, also with a length that is not known and names in UTF-8', () => {
    expect(decodeAboutPart(encodeAboutPart(about))).toEqual(about)
    expect(decodeAboutPart(encodeAboutPart({ ...about, len: null }))).toEqual({ ...about, len: null })
  })

  it('of a member that does not say whether it will be joined is one that will not', () => {
    const { concat: _, ...before } = about
    expect(decodeAboutPart(Buffer.from(JSON.stringify(before)))).toEqual({ ...about, concat: '' })
  })

  it.each([
    ['not JSON', '{'],
    ['not an object', '7'],
    ['a field missing', '{"len":1,"lenMax":1,"ext":"","own":"","ent":"","metadata":""}'],
    ['a negative size', JSON.stringify({ ...about, lenMax: -1 })],
    ['a size that is no number', JSON.stringify({ ...about, len: '5' })],
    ['a size beyond 2^53', JSON.stringify({ ...about }).replace('"lenMax":5', '"lenMax":9007199254740993')],
    ['a name that is no text', JSON.stringify({ ...about, own: 1 })],
  ])('is refused with %s', (_what, text) => {
    expect(() => decodeAboutPart(Buffer.from(text))).toThrow(ProtocolError)
  })
})
