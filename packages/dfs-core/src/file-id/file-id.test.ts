import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProtocolError, Status } from '../errors.ts'
import { formatLogicName, logicNameToTrueName, parseFileId, slaveName, splitFileId } from './file-id.ts'

interface RecordedId {
  readonly file_id: string
  readonly kind: string
  readonly size: number
  readonly crc32: number
  readonly ext: string
  readonly id_src_bytes: string
  readonly id_ts: number
  readonly id_size_raw: string
  readonly id_crc32: number
  readonly master?: string
  readonly prefix?: string
  readonly id_tail: string
}

const recorded = readFileSync(new URL('../../testdata/file-ids.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as RecordedId)

const LOGIC_NAME_44 = 'group1/'.length + 44

/** The recorded kind as the name alone can tell it: a slave of 44 characters passes for a normal file (§4.2, §5.5). */
function kindOf(row: RecordedId): string {
  const kind = row.kind.replace(/\(.*/, '')
  return kind === 'slave' && row.file_id.length === LOGIC_NAME_44 ? 'normal' : kind
}

/** The four recorded source bytes read by the rule of client protocol §5.4, in other words than the decoder's. */
function recordedSource(hex: string) {
  const bytes = [...Buffer.from(hex, 'hex')] as [number, number, number, number]
  if (bytes[3] !== 0) return { kind: 'ip', ip: bytes.join('.') }
  return { kind: 'id', id: bytes[0] + bytes[1] * 256 + bytes[2] * 65_536 }
}

describe('parseFileId', () => {
  it('reads what FastDFS 6.16.1 put into each of the recorded ids', () => {
    expect(recorded).toHaveLength(439)
    for (const row of recorded) {
      const id = parseFileId(row.file_id)
      expect({ id: row.file_id, kind: id.kind }).toEqual({ id: row.file_id, kind: kindOf(row) })
      expect(id.source).toEqual(recordedSource(row.id_src_bytes))
      expect(id.timestamp).toBe(row.id_ts)
      expect(id.crc32).toBe(row.id_crc32)
      expect(id.extension.endsWith(row.ext)).toBe(true)
      expect(`${id.group}/${formatLogicName(id)}`).toBe(row.file_id)
    }
  })

  it('knows size and CRC of every recorded normal and trunk file without asking anybody', () => {
    const whole = recorded.filter((row) => /^(normal|trunk)/.test(row.kind))
    expect(whole.length).toBeGreaterThan(300)
    for (const row of whole) {
      expect(parseFileId(row.file_id)).toMatchObject({ size: row.size, crc32: row.crc32, isAppender: false })
    }
  })

  it('finds a trunk slot with room for the content in every recorded trunk file', () => {
    const inTrunk = recorded.filter((row) => kindOf(row) === 'trunk')
    expect(inTrunk.length).toBeGreaterThan(100)
    for (const { file_id, size, id_tail } of inTrunk) {
      const { trunk } = parseFileId(file_id)
      const suffix = Buffer.from(id_tail.slice(0, 16), 'base64url')
      expect(trunk).toEqual({
        id: suffix.readUInt32BE(0),
        offset: suffix.readUInt32BE(4),
        allocSize: suffix.readUInt32BE(8),
      })
      // A slot has a 24-byte header, starts behind another one and lies in a file of 64 MiB (that cluster's settings).
      expect(trunk?.allocSize).toBeGreaterThanOrEqual(size + 24)
      expect((trunk?.offset ?? 0) + (trunk?.allocSize ?? 0)).toBeLessThanOrEqual(64 * 2 ** 20)
    }
  })

  // Client protocol §5.9.
  it.each([
    ['wAACAmsBFO2AHdmyAAAABjY6MCA212.txt', 'normal', 1795233005, 6, 909783072, { kind: 'ip', ip: '192.0.2.2' }],
    ['wAACAmsBFQ6EcdF-AAAAAKaEx8Y201.txt', 'appender', 0x6b01150e, 0, 0xa684c7c6, { kind: 'ip', ip: '192.0.2.2' }],
    ['wAACAmsBGhyAcdduAAAABjY6MCA330_150x150.jpg', 'slave', 0x6b011a1c, 6, 0x363a3020, { kind: 'ip', ip: '192.0.2.2' }],
    [
      'oYYBAGsBFZmITJiFAAAABjY6MCAAAAAAQAAAAAAAAEA178.txt',
      'trunk',
      0x6b011599,
      6,
      0x363a3020,
      { kind: 'id', id: 100001 },
    ],
    [
      'wAACAmVT8QAAAAABQAAABxI0Vng234.txt',
      'normal',
      1700000000,
      5368709127,
      0x12345678,
      { kind: 'ip', ip: '192.0.2.2' },
    ],
    ['AQAAAGVT8QCAEjRWAAAE0sv0OSY1234567', 'normal', 1700000000, 1234, 0xcbf43926, { kind: 'id', id: 1 }],
  ])('decodes the worked example %s', (name, ...facts) => {
    const { kind, timestamp, size, crc32, source } = parseFileId(`group1/M00/00/00/${name}`)
    expect([kind, timestamp, size, crc32, source]).toEqual(facts)
  })

  const good = 'group1/M00/1A/2F/wAACAmsBFO2AHdmyAAAABjY6MCA212.txt'
  it.each([
    ['nothing', ''],
    ['no group', good.slice('group1/'.length)],
    ['an empty group', good.slice('group1'.length)],
    ['a group of 17 characters', `group123456789012${good.slice(6)}`],
    ['a group with a dot', good.replace('group1', 'group.1')],
    ['a path instead of a group', `../${good}`],
    ['a lower-case store path', good.replace('M00', 'Maf')],
    ['no store path', good.replace('M00/', '')],
    ['lower-case directories', good.replace('1A', '1a')],
    ['a further slash', good.replace('212.txt', '2/2.txt')],
    ['a parent folder', good.replace('/1A/', '/../')],
    ['a NUL', good.replace('212', '2\x002')],
    ['a space', good.replace('212', '2 2')],
    ['a character above ASCII', good.replace('212', '2é2')],
    ['a character cut off', good.slice(0, -1)],
    ['128 characters of name', `${good}_${'a'.repeat(128 - 45)}`],
    ['a character outside base64url', good.replace('FO2', 'F.2')],
    ['stray bits behind the 20 bytes', good.replace('6MCA212', '6MCB212')],
    ['an impossible size', 'group1/M00/00/00/wAACAmVT8QAA____QAAABxI0Vng234.txt'],
    ['a trunk name cut to the length of a normal one', 'group1/M00/00/00/oYYBAGsBFZmITJiFAAAABjY6MCA178.txt'],
  ])('refuses %s', (_what, id) => {
    expect(() => parseFileId(id)).toThrow(ProtocolError)
  })

  it('throws nothing but ProtocolError, whatever the text', () => {
    const anyText = fc.oneof(
      fc.string({ maxLength: 200, unit: 'binary' }),
      fc
        .string({ minLength: 20, maxLength: 120, unit: fc.constantFrom(...'ABCabc019-_./M') })
        .map((s) => `group1/M00/00/00/${s}`),
    )
    fc.assert(
      fc.property(anyText, (text) => onlyProtocolErrors(() => parseFileId(text))),
      { numRuns: 2000 },
    )
  })
})

function onlyProtocolErrors(run: () => unknown): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
  }
}

describe('splitFileId', () => {
  it('takes group and logic name apart', () => {
    expect(splitFileId('g/M00/00/00/x')).toEqual({ group: 'g', logicName: 'M00/00/00/x' })
  })
})

describe('slaveName', () => {
  it('gives the name that FastDFS gave to each recorded slave', () => {
    const slaves = recorded.filter((row) => row.master !== undefined && row.prefix !== undefined)
    expect(slaves.length).toBeGreaterThan(40)
    for (const { file_id, master = '', prefix = '', ext } of slaves) {
      expect(`group1/${slaveName(splitFileId(master).logicName, prefix, ext)}`).toBe(file_id)
    }
  })

  const master = 'M00/00/00/wAACAmsBGhyAcdduAAAABjY6MCA330.txt'
  it.each([
    [master, '_150x150', 'jpg', 'M00/00/00/wAACAmsBGhyAcdduAAAABjY6MCA330_150x150.jpg'],
    [master, '_150x150', '', 'M00/00/00/wAACAmsBGhyAcdduAAAABjY6MCA330_150x150'],
    [master, '-m', 'txt', 'M00/00/00/wAACAmsBGhyAcdduAAAABjY6MCA330-m.txt'],
    [master.replace('330.txt', '.tar.gz'), '_s', 'gz', 'M00/00/00/wAACAmsBGhyAcdduAAAABjY6MCA_s.gz'],
    [master.replace('330.txt', '1234567'), '_s', 'gz', 'M00/00/00/wAACAmsBGhyAcdduAAAABjY6MCA1234567_s.gz'],
  ])('of %s with %j and %j is as in client protocol §4.2', (name, prefix, ext, expected) => {
    expect(slaveName(name, prefix, ext)).toBe(expected)
  })

  it.each([
    ['an empty prefix', master, '', 'jpg'],
    ['a prefix of 17 characters', master, '_'.repeat(17), 'jpg'],
    ['a prefix with a slash', master, '../x', 'jpg'],
    ['a prefix with a NUL', master, 'a\0', 'jpg'],
    ['an extension of 7 characters', master, '_s', 'abcdefg'],
    ['an extension with a slash', master, '_s', 'a/b'],
    ['the name of the metadata file', master, '-m', ''],
    ['a master below 34 characters of true name', 'M00/00/00/wAACAmsBGhyAcdduAAAABjY6MC', '_s', 'jpg'],
    ['a master outside the store', 'M00/../00/wAACAmsBGhyAcdduAAAABjY6MCA330.txt', '_s', 'jpg'],
    ['a result of 128 characters', `${master.replace('.txt', '')}${'_'.repeat(78)}.txt`, '_12345', 'txt'],
  ])('refuses %s', (_what, name, prefix, ext) => {
    expect(() => slaveName(name, prefix, ext)).toThrow(ProtocolError)
  })
})

describe('logicNameToTrueName', () => {
  it.each([
    ['M00/00/00/x', 0, '00/00/x'],
    ['MFF/1A/2F/name.txt-m', 255, '1A/2F/name.txt-m'],
    ['Mff/1A/2F/name.txt', 255, '1A/2F/name.txt'],
    ['1A/2F/name.txt', 0, '1A/2F/name.txt'],
    ['M01/00/00/...', 1, '00/00/...'],
    ['M01/00/00/..x', 1, '00/00/..x'],
  ])('takes %s', (name, storePathIndex, trueName) => {
    expect(logicNameToTrueName(name)).toEqual({ storePathIndex, trueName })
  })

  it.each([
    ['nothing', ''],
    ['10 characters', 'M00/00/00/'],
    ['128 characters', `M00/00/00/${'a'.repeat(118)}`],
    ['an absolute path', '/etc/passwd'],
    ['a path upwards', '../../../etc/passwd'],
    ['a path upwards inside', 'M00/00/00/../../x'],
    ['a store path that is no number', 'MG0/00/00/abc'],
    ['a store path without a slash', 'M00000/00/abc'],
    ['lower-case directories', 'M00/0a/00/abc'],
    ['directories that are no numbers', 'M00/0/000/abc'],
    ['directories upwards', 'M00/../00/abc'],
    ['one directory', 'M00/00/abcdef'],
    ['a further slash', 'M00/00/00/a/b'],
    ['a NUL', 'M00/00/00/a\0b'],
    ['a line feed', 'M00/00/00/a\nb'],
    ['a delete character', 'M00/00/00/a\x7fb'],
    ['the folder itself', 'M00/00/00/.'],
    ['the parent folder', 'M00/00/00/..'],
    ['the parent folder by an old name', `${'00/00/'}..`],
  ])('refuses %s with EINVAL', (_what, name) => {
    let status: number | undefined
    try {
      logicNameToTrueName(name)
    } catch (error) {
      if (error instanceof ProtocolError) status = error.status
    }
    expect(status).toBe(Status.EINVAL)
  })

  it('lets no text through that has more than two directories or leaves them', () => {
    const nearly = fc.string({ minLength: 1, maxLength: 24, unit: fc.constantFrom(...'M0Af/.\\\0x') })
    fc.assert(
      fc.property(nearly, (text) => {
        onlyProtocolErrors(() => {
          const { trueName } = logicNameToTrueName(text)
          expect(new URL(trueName.replaceAll('\\', 'x'), 'file:///data/').pathname).toBe(
            `/data/${trueName.replaceAll('\\', 'x')}`,
          )
          expect(trueName).toMatch(/^[0-9A-F]{2}\/[0-9A-F]{2}\/[^/]+$/)
        })
      }),
      { numRuns: 5000 },
    )
  })
})
