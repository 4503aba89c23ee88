import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readFileName } from './file-name.ts'

interface RealFile {
  file_id: string
  kind: string
  id_src_bytes: string
  id_ts: number
}

const files = readFileSync(new URL('../../testdata/file-names.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as RealFile)

function read(fileId: string) {
  return readFileName(Buffer.from(fileId), fileId.indexOf('/') + 1)
}

describe('readFileName', () => {
  it.each(files)('reads source and time of $file_id ($kind)', ({ file_id, kind, id_src_bytes, id_ts }) => {
    const isNormal = kind.startsWith('normal') || kind === 'trunk'
    const bytes = Buffer.from(id_src_bytes, 'hex')
    const source = id_src_bytes.startsWith('7f')
      ? { sourceId: 0, sourceIpv4: bytes.readUInt32BE() }
      : { sourceId: bytes.readUInt32LE(), sourceIpv4: 0 }
    expect(read(file_id)).toEqual({ ...source, timestamp: id_ts, isNormal })
  })

  it('reads a storage id as a little-endian number', () => {
    // Client protocol §5.9.
    const name = 'group1/M00/00/00/oYYBAGsBFZmITJiFAAAABjY6MCAAAAAAQAAAAAAAAEA178.txt'
    expect(read(name)).toEqual({ sourceId: 100_001, sourceIpv4: 0, timestamp: 0x6b011599, isNormal: true })
    expect(read('group1/M00/00/00/AQAAAGVT8QCAEjRWAAAE0sv0OSY234.txt').sourceId).toBe(1)
  })

  it('takes times after 2038 as unsigned', () => {
    expect(read('group1/M00/00/00/wAACAv____8AAAAAAAAAAAAAAAA000.txt').timestamp).toBe(0xffffffff)
  })

  it('answers for garbage, as FastDFS does', () => {
    expect(read('group1/AAAAAAAAAAAAAAAAAAAAAA')).toMatchObject({ sourceId: 0, timestamp: 0, isNormal: true })
    expect(read('group1/M00/00/00/../../../../../../../../etc/passwd').isNormal).toBe(true)
    expect(read('group1/')).toMatchObject({ sourceId: 0, sourceIpv4: 0, timestamp: 0 })
  })
})
