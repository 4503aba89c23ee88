import { describe, expect, it } from 'vitest'
import { readZip } from './read-zip.ts'

interface Entry {
  name: Buffer
  size?: bigint
  utf8?: boolean
}

function centralRecord({ name, size = 5n, utf8 = true }: Entry): Buffer {
  const big = size > 0xffff_fffen
  const extra = big ? Buffer.alloc(20) : Buffer.alloc(0)
  if (big) {
    extra.writeUInt16LE(1, 0)
    extra.writeUInt16LE(16, 2)
    extra.writeBigUInt64LE(size, 4)
    extra.writeBigUInt64LE(size, 12)
  }
  const header = Buffer.alloc(46)
  header.writeUInt32LE(0x02014b50, 0)
  header.writeUInt16LE(big ? 45 : 20, 6)
  header.writeUInt16LE(utf8 ? 0x800 : 0, 8)
  header.writeUInt32LE(big ? 0xffff_ffff : Number(size), 20)
  header.writeUInt32LE(big ? 0xffff_ffff : Number(size), 24)
  header.writeUInt16LE(name.length, 28)
  header.writeUInt16LE(extra.length, 30)
  return Buffer.concat([header, name, extra])
}

/** An archive of `before` bytes of content, which is never read, and a central directory. */
function zipOf(entries: readonly Entry[], before = 1000, zip64 = false): Buffer {
  const directory = Buffer.concat(entries.map(centralRecord))
  const end64 = Buffer.alloc(zip64 ? 76 : 0)
  if (zip64) {
    end64.writeUInt32LE(0x06064b50, 0)
    end64.writeBigUInt64LE(44n, 4)
    end64.writeBigUInt64LE(BigInt(entries.length), 24)
    end64.writeBigUInt64LE(BigInt(entries.length), 32)
    end64.writeBigUInt64LE(BigInt(directory.length), 40)
    end64.writeBigUInt64LE(BigInt(before), 48)
    end64.writeUInt32LE(0x07064b50, 56)
    end64.writeBigUInt64LE(BigInt(before + directory.length), 64)
    end64.writeUInt32LE(1, 72)
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(zip64 ? 0xffff : entries.length, 8)
  end.writeUInt16LE(zip64 ? 0xffff : entries.length, 10)
  end.writeUInt32LE(zip64 ? 0xffff_ffff : directory.length, 12)
  end.writeUInt32LE(zip64 ? 0xffff_ffff : before, 16)
  return Buffer.concat([Buffer.alloc(before), directory, end64, end])
}

async function list(zip: Buffer, entriesMax?: number) {
  let fetched = 0
  const answer = await readZip(
    (offset, length) => {
      fetched += length
      return Promise.resolve(Uint8Array.from(zip.subarray(offset, offset + length)))
    },
    zip.length,
    entriesMax,
  )
  return { ...answer, fetched }
}

const named = (name: string) => ({ name: Buffer.from(name) })

describe('the list of a ZIP', () => {
  it('comes from ranges at its end, whatever lies before', async () => {
    const { entries, fetched } = await list(zipOf([named('docs/'), named('docs/report.pdf')], 5_000_000))
    expect(entries).toEqual([
      { path: 'docs/', size: 5, isFolder: true },
      { path: 'docs/report.pdf', size: 5, isFolder: false },
    ])
    expect(fetched).toBeLessThan(500_000)
  })

  it('says names that lead elsewhere as they are', async () => {
    const names = [
      '../../etc/passwd',
      '/etc/passwd',
      'a\0b',
      '\u202egpj.exe',
      '<img src=x onerror=alert(1)>',
      'C:\\x',
      'same',
      'same',
    ]
    const { entries } = await list(zipOf(names.map(named)))
    expect(entries.map(({ path }) => path)).toEqual(names)
  })

  it('finds the encoding of names that have none', async () => {
    const name = Buffer.from('b3b1cebbb9dbb2e2cafdbedd2ec8d5d6be2e747874', 'hex')
    const { entries } = await list(zipOf([{ name, utf8: false }]))
    expect(entries[0]?.path).toBe('潮位观测数据.日志.txt')
  })

  it('is read from ZIP64, and tells sizes above 4 GiB', async () => {
    const { entries } = await list(zipOf([{ name: Buffer.from('bomb'), size: 2n ** 42n }], 1000, true))
    expect(entries).toEqual([{ path: 'bomb', size: 2 ** 42, isFolder: false }])
  })

  it('ends at the limit and says so', async () => {
    const many = Array.from({ length: 301 }, (_, n) => named(`f${n}`))
    expect(await list(zipOf(many, 0, true), 300)).toMatchObject({ cut: true, entries: { length: 300 } })
    expect(await list(zipOf(many, 0, true), 301)).toMatchObject({ cut: false, entries: { length: 301 } })
  })

  it('of something else is refused', async () => {
    await expect(list(Buffer.alloc(3000, 'x'))).rejects.toThrow()
  })
})
