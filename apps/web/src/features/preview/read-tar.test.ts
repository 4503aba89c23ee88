import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readTar } from './read-tar.ts'

function block(name: string, size: number, type = '0'): Buffer {
  const header = Buffer.alloc(512)
  header.write(name, 0, 100)
  header.write(size.toString(8).padStart(11, '0'), 124)
  header.write(type, 156)
  header.write('ustar', 257)
  return header
}

function tarOf(files: readonly [name: string, size: number, type?: string][]): Buffer {
  const parts = files.flatMap(([name, size, type]) => [
    block(name, size, type),
    Buffer.alloc(Math.ceil(size / 512) * 512),
  ])
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}

const limits = { entries: 1000, bytes: 10_000_000 }

function streamOf(bytes: Buffer): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new Blob([new Uint8Array(bytes)]).stream()
}

describe('the list of a tar archive', () => {
  it('names folders and files with their sizes', async () => {
    const list = await readTar(
      streamOf(
        tarOf([
          ['a/', 0, '5'],
          ['a/b.txt', 1300],
          ['../../etc/passwd', 1],
        ]),
      ),
      limits,
    )
    expect(list).toEqual({
      cut: false,
      entries: [
        { path: 'a/', size: 0, isFolder: true },
        { path: 'a/b.txt', size: 1300, isFolder: false },
        { path: '../../etc/passwd', size: 1, isFolder: false },
      ],
    })
  })

  it('knows long names of GNU and pax', async () => {
    const long = `${'folder/'.repeat(20)}名字.txt`
    const bytes = Buffer.from(long)
    const pax = Buffer.from(`30 mtime=1\n${long.length + 20} path=${long}\n`)
    const padded = (content: Buffer) => Buffer.concat([content, Buffer.alloc((512 - (content.length % 512)) % 512)])
    const tar = Buffer.concat([
      ...[block('././@LongLink', bytes.length, 'L'), padded(bytes), block('short', 0)],
      ...[block('PaxHeader', pax.length, 'x'), padded(pax), block('short', 0), Buffer.alloc(1024)],
    ])
    expect((await readTar(streamOf(tar), limits)).entries.map(({ path }) => path)).toEqual([long, long])
  })

  it('of a small file that unpacks to a huge one ends at the limit', async () => {
    const bomb = gzipSync(
      tarOf([
        ['zeros', 40_000_000],
        ['after', 1],
      ]),
    )
    const unpacked = streamOf(bomb).pipeThrough(new DecompressionStream('gzip'))
    const list = await readTar(unpacked as ReadableStream<Uint8Array>, limits)
    expect(list).toMatchObject({ cut: true, entries: [{ path: 'zeros' }] })
  })

  it('that was cut off says so, and something else is refused', async () => {
    const tar = tarOf([['a', 5000]])
    expect(await readTar(streamOf(tar.subarray(0, 2000)), limits)).toMatchObject({ cut: true })
    await expect(readTar(streamOf(Buffer.alloc(2000, 'x')), limits)).rejects.toThrow()
  })
})
