// One file of every kind that the drive previews, made here byte by byte: nothing is downloaded, nothing has a licence.
import { createRequire } from 'node:module'
import path from 'node:path'
import { TextEncoder } from 'node:util'
import { crc32, deflateRawSync } from 'node:zlib'
import { root } from '../lib/run.mjs'

const fromWeb = createRequire(path.join(root, 'apps/web/package.json'))

const POEM = '潮来天地青，潮去石犹在。\n一石叠一石，海边有人在。\n'
const MARKDOWN = `# Tidewater survey

Readings of the *north* gauge, taken every hour.

| day | high (m) | low (m) |
|-----|---------:|--------:|
| Mon | 4.21 | 0.73 |
| Tue | 4.35 | 0.61 |

- [x] calibrate the gauge
- [ ] write the report

> A cairn is a pile of stones that shows the way.

\`\`\`ts
const depth = readings.reduce((sum, { metres }) => sum + metres, 0) / readings.length
\`\`\`
`
const CODE = `// The mean of what a gauge has read.
export function mean(readings: readonly number[]): number {
  if (readings.length === 0) throw new RangeError('no readings')
  return readings.reduce((sum, reading) => sum + reading, 0) / readings.length
}
`

function csv() {
  const lines = ['time,gauge,"height, m",remark']
  for (let hour = 0; hour < 500; hour += 1) {
    const height = (2.5 + 1.8 * Math.sin((hour * Math.PI) / 6.21)).toFixed(3)
    lines.push(
      `2026-11-${String(1 + (hour % 28)).padStart(2, '0')}T${String(hour % 24).padStart(2, '0')}:00,north,${height},"calm, ""clear"""`,
    )
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n`)
}

/** GBK needs a table; these are the characters of one line, as GBK writes them. */
const GBK_LINE = Buffer.from('b3b1cebbb9dbb2e2bcc7c2bca3bab1b1b2e0d1e9b3b1d5beb0cbd4c23231c8d5a1a30a', 'hex')

function utf16() {
  return Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(POEM, 'utf16le')])
}

/** Two seconds of a falling tone. */
function wav() {
  const rate = 22_050
  const samples = Buffer.alloc(rate * 4)
  for (let index = 0; index < rate * 2; index += 1) {
    const fade = 1 - index / (rate * 2)
    samples.writeInt16LE(
      Math.round(9000 * fade * Math.sin((2 * Math.PI * (440 - 110 * (index / rate)) * index) / rate)),
      index * 2,
    )
  }
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + samples.length, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(rate, 24)
  header.writeUInt32LE(rate * 2, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(samples.length, 40)
  return Buffer.concat([header, samples])
}

function pdf() {
  const pages = [1, 2, 3]
  const content = (page) =>
    `BT /F1 28 Tf 72 700 Td (Tidewater survey, page ${page}) Tj 0 -48 Td /F1 14 Tf (A cairn shows the way.) Tj ET`
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((page) => `${2 + page * 2} 0 R`).join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...pages.flatMap((page) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents ${3 + page * 2} 0 R >>`,
      `<< /Length ${content(page).length} >>\nstream\n${content(page)}\nendstream`,
    ]),
  ]
  let text = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const at = text.length
    text += `${index + 1} 0 obj\n${object}\nendobj\n`
    return at
  })
  const start = text.length
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`
  text += offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`
  return Buffer.from(text, 'latin1')
}

function zip(files) {
  const parts = []
  const directory = []
  let offset = 0
  for (const [name, bytes] of files) {
    const nameBytes = new TextEncoder().encode(name)
    const packed = deflateRawSync(bytes)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(0x0800, 2) // names are UTF-8
    fields.writeUInt16LE(8, 4)
    fields.writeUInt16LE(0x5d75, 8) // 21 November 2026
    fields.writeUInt32LE(crc32(bytes), 10)
    fields.writeUInt32LE(packed.length, 14)
    fields.writeUInt32LE(bytes.length, 18)
    fields.writeUInt16LE(nameBytes.length, 22)
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), fields, nameBytes, packed)
    const end = Buffer.alloc(14)
    end.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, end, nameBytes)
    offset += 30 + nameBytes.length + packed.length
  }
  const list = Buffer.concat(directory)
  const tail = Buffer.alloc(18)
  tail.writeUInt16LE(files.length, 4)
  tail.writeUInt16LE(files.length, 6)
  tail.writeUInt32LE(list.length, 8)
  tail.writeUInt32LE(offset, 12)
  return Buffer.concat([...parts, list, Buffer.from('PK\x05\x06', 'latin1'), tail])
}

/** A landscape that is different for each seed: sky, hills, water. */
function landscape(seed, width = 1600, height = 1067) {
  const hue = (seed * 47) % 360
  const hills = Array.from({ length: 4 }, (_, layer) => {
    const base = height * (0.45 + layer * 0.11)
    const points = Array.from({ length: 33 }, (__, step) => {
      const x = (step / 32) * width
      const y =
        base - 90 * Math.sin(step * (0.31 + layer * 0.13) + seed * (layer + 1)) - 40 * Math.sin(step * 0.9 + seed)
      return `${x.toFixed(0)},${y.toFixed(0)}`
    })
    return `<polygon points="0,${height} ${points.join(' ')} ${width},${height}" fill="hsl(${(hue + 30 * layer) % 360} 32% ${62 - layer * 13}%)"/>`
  })
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
<defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="hsl(${hue} 60% 82%)"/><stop offset="1" stop-color="hsl(${(hue + 50) % 360} 70% 93%)"/></linearGradient></defs>
<rect width="${width}" height="${height}" fill="url(#sky)"/><circle cx="${width * (0.2 + ((seed * 13) % 60) / 100)}" cy="${height * 0.25}" r="${height * 0.07}" fill="#fff8e0"/>${hills.join('')}</svg>`)
}

/** Photographs with a camera's facts in them; none where this platform has no image library. */
async function photos() {
  let sharp
  try {
    sharp = fromWeb('sharp')
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error
    return []
  }
  const taken = (seed) => ({
    IFD0: { Make: 'Cairn', Model: 'Seed 1' },
    IFD2: { DateTimeOriginal: `2026:0${1 + (seed % 9)}:1${seed % 10} 14:03:22` },
  })
  const files = []
  for (let seed = 1; seed <= 12; seed += 1) {
    const image = sharp(landscape(seed)).jpeg({ quality: 82 }).withExif(taken(seed))
    files.push([`Photos/2026-0${1 + (seed % 9)}-1${seed % 10} 14.03.22.jpg`, await image.toBuffer()])
  }
  const upright = sharp(landscape(13, 1067, 1600))
    .rotate(270)
    .jpeg()
    .withMetadata({ orientation: 6 })
  files.push(['Photos/on its side.jpg', await upright.toBuffer()])
  files.push([
    'Photos/chart.png',
    await sharp(landscape(14, 900, 600))
      .png()
      .toBuffer(),
  ])
  files.push([
    'Photos/small.webp',
    await sharp(landscape(15, 640, 427))
      .webp()
      .toBuffer(),
  ])
  return files
}

/** `[path, bytes]` of every sample, folders in the path. */
export async function sampleFiles() {
  const notes = [
    ['Notes/README.md', Buffer.from(MARKDOWN)],
    ['Notes/潮位.txt', Buffer.from(POEM)],
    ['Notes/潮位 (GBK).txt', Buffer.concat(Array.from({ length: 20 }, () => GBK_LINE))],
    ['Notes/潮位 (UTF-16).txt', utf16()],
    ['Notes/مذكرات.txt', Buffer.from('ملاحظات من المرفأ الشمالي\n')],
    ['Code/mean.ts', Buffer.from(CODE)],
    [
      'Code/settings.json',
      Buffer.from(`${JSON.stringify({ gauge: 'north', every: 3600, alarm: { high: 4.5 } }, null, 2)}\n`),
    ],
    ['Tables/readings.csv', csv()],
  ]
  return [
    ...notes,
    ...(await photos()),
    ['Photos/drawing.svg', landscape(16, 800, 533)],
    ['Sounds/falling tone.wav', wav()],
    ['Papers/Tidewater survey.pdf', pdf()],
    ['Archives/notes.zip', zip(notes)],
  ]
}
