import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { db } from '../src/lib/db.ts'
import { dfs } from '../src/lib/dfs.ts'
import { wantSooner } from '../src/lib/thumbnail-urls.ts'
import { collectGarbage } from '../src/worker/garbage.ts'
import { reapBlobs } from '../src/worker/reaper.ts'
import { keepThumbnails } from '../src/worker/thumbnail-store.ts'
import { makeThumbnails } from '../src/worker/thumbnails.ts'
import { TestCluster } from './support/cluster.ts'
import { freshDatabase } from './support/database.ts'
import { holders, newOwner, type Owner, storeFile } from './support/stored-files.ts'

await freshDatabase()
const cluster = new TestCluster()
const folder = mkdtempSync(path.join(tmpdir(), 'cairn-test-thumbnails-'))
let owner: Owner

beforeAll(() => cluster.start())
beforeEach(async () => {
  owner = await newOwner()
})
afterAll(async () => {
  await cluster.close()
  rmSync(folder, { recursive: true })
})

const colours = { left: { r: 220, g: 30, b: 30 }, right: { r: 30, g: 60, b: 220 } }

/** Not every machine has it: there, films have no pictures. */
const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0

let pictures = 0

/** Red on the left, blue on the right, and no two alike. */
function halves(width: number, height: number) {
  const half = { width: width / 2, height, channels: 3 as const, background: colours.left }
  pictures += 1
  const background = { ...colours.right, g: 50 + pictures }
  const image = sharp({ create: { width, height, channels: 3, background } })
  return image.composite([{ input: { create: half }, left: 0, top: 0 }])
}

async function made(blobId: bigint, kind: 'small' | 'large') {
  const row = await db().thumbnail.findUniqueOrThrow({ where: { blobId_kind: { blobId, kind } } })
  return { row, bytes: row.fileId === null ? null : await dfs().downloadBuffer(row.fileId) }
}

async function pixel(bytes: Buffer, x: number, y: number): Promise<'red' | 'blue'> {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const at = (Math.round(y * (info.height - 1)) * info.width + Math.round(x * (info.width - 1))) * 3
  return (data[at] ?? 0) > (data[at + 2] ?? 0) ? 'red' : 'blue'
}

describe('thumbnails', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('stand upright for EXIF orientation %i', async (orientation) => {
    // The stored pixels are turned so that each orientation shows red on the left.
    const upright = await halves(600, 400).png().toBuffer()
    const turn: Record<number, (image: Sharp) => Sharp> = {
      1: (image) => image,
      2: (image) => image.flop(),
      3: (image) => image.rotate(180),
      4: (image) => image.flip(),
      5: (image) => image.rotate(270).flop(),
      6: (image) => image.rotate(270),
      7: (image) => image.rotate(90).flop(),
      8: (image) => image.rotate(90),
    }
    const turned = await (turn[orientation] ?? ((image) => image))(sharp(upright)).png().toBuffer()
    const photo = await sharp(turned).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer()
    const { blobId } = await storeFile(owner, `${orientation}.jpg`, 'image/jpeg', photo)
    await makeThumbnails()
    const { row, bytes } = await made(blobId, 'small')
    expect(row).toMatchObject({ state: 'made', width: 512, height: 341 })
    expect(bytes && [await pixel(bytes, 0.1, 0.2), await pixel(bytes, 0.9, 0.2)]).toEqual(['red', 'blue'])
    expect(await db().blobMedia.findUnique({ where: { blobId } })).toMatchObject({ width: 600, height: 400 })
  })

  it('come in two sizes for a picture that is large, in one for a small one', async () => {
    const big = await storeFile(owner, 'big.png', 'image/png', await halves(3000, 1500).png().toBuffer())
    const small = await storeFile(owner, 'small.png', 'image/png', await halves(300, 200).png().toBuffer())
    await makeThumbnails()
    expect((await made(big.blobId, 'small')).row).toMatchObject({ state: 'made', width: 512, height: 256 })
    expect((await made(big.blobId, 'large')).row).toMatchObject({ state: 'made', width: 2048, height: 1024 })
    expect((await made(small.blobId, 'small')).row).toMatchObject({ state: 'made', width: 300, height: 200 })
    expect((await made(small.blobId, 'large')).row).toMatchObject({ state: 'none', fileId: null })
  })

  it.each([
    ['CMYK', 'image/jpeg', () => halves(600, 400).toColourspace('cmyk').jpeg().toBuffer()],
    ['an animated GIF', 'image/gif', async () => (await animated()).gif().toBuffer()],
    ['an animated WebP', 'image/webp', async () => (await animated()).webp().toBuffer()],
    ['a truncated JPEG', 'image/jpeg', async () => (await halves(600, 400).jpeg().toBuffer()).subarray(0, 3000)],
    ['TIFF, which browsers cannot show', 'image/tiff', () => halves(600, 400).tiff().toBuffer()],
    ['SVG', 'image/svg+xml', () => Promise.resolve(Buffer.from(svg('<rect width="300" height="400" fill="#d22"/>')))],
  ])('are made of %s', async (name, contentType, make) => {
    const { blobId } = await storeFile(owner, `${name}.x`, contentType, await make())
    await makeThumbnails()
    const { row, bytes } = await made(blobId, 'small')
    expect(row).toMatchObject({ state: 'made', width: 512, height: 341 })
    expect(bytes && (await sharp(bytes).metadata()).format).toBe('webp')
    expect(bytes && (await pixel(bytes, 0.1, 0.1))).toBe('red')
  })

  it.each([
    ['a PNG whose header says 50,000 × 50,000', 'image/png', 'too_large', hugePng],
    ['an SVG of a million pixels each way', 'image/svg+xml', 'too_large', () => hugeSvg()],
    ['no picture at all', 'image/jpeg', 'format', () => Buffer.from('a letter to a friend')],
    ['a format that is not decoded here', 'image/heic', 'format', () => Buffer.from('\0\0\0\x18ftypheic\0\0\0\0')],
  ] as const)('are not made of %s, and the next picture still gets its own', async (_, type, reason, bytes) => {
    const bad = await storeFile(owner, 'bad', type, await bytes())
    const good = await storeFile(owner, 'good.png', 'image/png', await halves(100, 100).png().toBuffer())
    await makeThumbnails()
    expect((await made(bad.blobId, 'small')).row).toMatchObject({ state: 'none', reason, fileId: null })
    expect((await made(good.blobId, 'small')).row.state).toBe('made')
  })

  it('of a video are none where ffmpeg is missing, or made of a frame of it', async () => {
    const { blobId } = await storeFile(owner, 'film.webm', 'video/webm', Buffer.from('no film'))
    await makeThumbnails()
    const { row } = await made(blobId, 'small')
    expect(['no_ffmpeg', 'damaged']).toContain(row.reason)
    expect(row.fileId).toBeNull()
  })

  it.skipIf(!hasFfmpeg)('of a video show a frame of it, and its length is known', async () => {
    const film = path.join(folder, 'film.mp4')
    // It begins in black.
    const parts = ['color=c=black:s=320x240:d=0.2', 'color=c=red:s=320x240:d=4.8'].flatMap((s) => [
      '-f',
      'lavfi',
      '-i',
      s,
    ])
    const joined = ['-filter_complex', '[0][1]concat=n=2', '-pix_fmt', 'yuv420p', '-movflags', '+faststart', '-y', film]
    await promisify(execFile)('ffmpeg', ['-v', 'error', ...parts, ...joined])
    const { blobId } = await storeFile(owner, 'film.mp4', 'video/mp4', await readFile(film))
    await makeThumbnails()
    const { row, bytes } = await made(blobId, 'small')
    expect(row).toMatchObject({ state: 'made', width: 320, height: 240 })
    expect(bytes && (await pixel(bytes, 0.5, 0.5))).toBe('red')
    expect(Number((await db().blobMedia.findUniqueOrThrow({ where: { blobId } })).durationMs)).toBeCloseTo(5000, -2)
  })

  it('keep what a camera wrote, without its control characters', async () => {
    const exif = {
      IFD0: { Make: 'Harbour', Model: 'Box \u0007<img onerror=alert(1)>' },
      IFD2: { DateTimeOriginal: '2026:11:18 06:58:00', FNumber: '8/1' },
      IFD3: { GPSLatitudeRef: 'S', GPSLatitude: '31/1 12/1 0/1', GPSLongitudeRef: 'E', GPSLongitude: '121/1 30/1 0/1' },
    }
    const photo = await halves(300, 200).withExif(exif).jpeg().toBuffer()
    const { blobId } = await storeFile(owner, 'photo.jpg', 'image/jpeg', photo)
    await makeThumbnails()
    const media = await db().blobMedia.findUniqueOrThrow({ where: { blobId } })
    expect(media).toMatchObject({ camera: 'Harbour Box <img onerror=alert(1)>', latitude: -31.2, longitude: 121.5 })
    expect(media.takenAt?.toISOString()).toBe('2026-11-18T06:58:00.000Z')
    expect(media.facts).toEqual({ aperture: 8 })
  })

  it('are made first of what was looked at last, and what failed before keeps its turn', async () => {
    const store = async (name: string) =>
      await storeFile(owner, name, 'image/png', await halves(90, 60).png().toBuffer())
    const [first, second, third, failed] = [await store('1'), await store('2'), await store('3'), await store('4')]
    await db().thumbnail.updateMany({ where: { blobId: failed.blobId }, data: { attempts: 1 } })
    await wantSooner([second.entryId, failed.entryId])
    await wantSooner([third.entryId])
    const queue = await db().thumbnail.findMany({ where: { kind: 'small' }, orderBy: { notBefore: 'asc' } })
    const names = new Map([first, second, third, failed].map(({ blobId }, index) => [blobId, index + 1]))
    expect(queue.flatMap(({ blobId }) => names.get(blobId) ?? [])).toEqual([3, 2, 1, 4])
    expect(await makeThumbnails()).toBeGreaterThanOrEqual(4)
    expect((await made(third.blobId, 'small')).row).toMatchObject({ state: 'made' })
  })

  it('that a worker stored and did not live to name are accepted by the next one', async () => {
    const picture = await halves(300, 200).png().toBuffer()
    const { blobId, fileId } = await storeFile(owner, 'twice.png', 'image/png', picture)
    const left = await dfs().uploadSlave(fileId, '-cairn-s', 'webp', await sharp(picture).webp().toBuffer())
    await makeThumbnails()
    expect((await made(blobId, 'small')).row).toMatchObject({ state: 'made', fileId: left })
  })

  it('that were stored half are stored anew', async () => {
    const picture = await halves(300, 200).png().toBuffer()
    const { blobId, fileId } = await storeFile(owner, 'half.png', 'image/png', picture)
    await dfs().uploadSlave(fileId, '-cairn-s', 'webp', (await sharp(picture).webp().toBuffer()).subarray(0, 100))
    await makeThumbnails()
    const { bytes } = await made(blobId, 'small')
    expect(bytes && (await sharp(bytes).metadata()).width).toBe(300)
  })

  it('are deleted with their file', async () => {
    const big = await halves(3000, 1500).png().toBuffer()
    const { id, blobId, fileId } = await storeFile(owner, 'gone.png', 'image/png', big)
    await makeThumbnails()
    const files = [(await made(blobId, 'small')).row.fileId, (await made(blobId, 'large')).row.fileId, fileId]
    await db().entry.delete({ where: { id } })
    await db().blobCheck.create({ data: { blobId, notBefore: new Date(0) } })
    await reapBlobs()
    for (const file of files) await expect.poll(() => holders(file ?? '')).toBe(0)
    expect(await db().thumbnail.count({ where: { blobId } })).toBe(0)
    expect(await db().blob.count({ where: { id: blobId } })).toBe(0)
  })

  it('that arrive after their file has died are garbage, and nothing is left of them', async () => {
    const { id, blobId, fileId } = await storeFile(
      owner,
      'late.png',
      'image/png',
      await halves(90, 60).png().toBuffer(),
    )
    await db().entry.delete({ where: { id } })
    await db().blob.update({ where: { id: blobId }, data: { live: false } })
    const small = { path: await writeWebp(path.join(folder, 'late.webp')), width: 90, height: 60 }
    await keepThumbnails({ id: blobId, fileId }, { ok: true, small, large: null, media: {} })
    const [garbage] = await db().dfsGarbage.findMany({ where: { reason: 'a thumbnail that nothing names' } })
    expect(await holders(garbage?.fileId ?? '')).toBeGreaterThan(0)
    await db().dfsGarbage.updateMany({ data: { notBefore: new Date(0) } })
    await collectGarbage()
    await expect.poll(() => holders(garbage?.fileId ?? '')).toBe(0)
  })

  it('wait while the storage of their file is down', async () => {
    const { blobId } = await storeFile(owner, 'wait.png', 'image/png', await halves(90, 60).png().toBuffer())
    await Promise.all(['100001', '100002'].map((id) => cluster.stopStorage(id)))
    await makeThumbnails()
    expect((await made(blobId, 'small')).row).toMatchObject({ state: 'wanted', attempts: 1 })
  })
})

async function animated(): Promise<Sharp> {
  const frames = await Promise.all([1, 2].map(() => halves(600, 400).png().toBuffer()))
  return sharp(frames, { join: { animated: true } })
}

function svg(content: string, size = 'width="600" height="400"'): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${content}</svg>`
}

function hugeSvg(): Buffer {
  return Buffer.from(svg('<rect width="9" height="9"/>', 'width="1000000" height="1000000"'))
}

async function hugePng(): Promise<Buffer> {
  const png = await halves(10, 10).png().toBuffer()
  // IHDR: width and height, right after the chunk's name.
  png.writeUInt32BE(50_000, 16)
  png.writeUInt32BE(50_000, 20)
  return png
}

async function writeWebp(file: string): Promise<string> {
  await halves(90, 60).webp().toFile(file)
  return file
}
