// Files that tests upload, made here: pictures, sounds and archives of a few lines.
import { deflateSync } from 'node:zlib'
import { crc32 } from '../packages/dfs-core/dist/client.js'
import type { NamedFile } from './drive-page.ts'

function chunk(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(data.length, 0)
  head.write(type, 4, 'latin1')
  const end = Buffer.alloc(4)
  end.writeUInt32BE(crc32(Buffer.concat([head.subarray(4), data])), 0)
  return Buffer.concat([head, data, end])
}

/** A PNG of one colour. */
export function picture(
  name: string,
  [red, green, blue]: [number, number, number],
  width = 320,
  height = 200,
): NamedFile {
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, Buffer.from([red, green, blue]))])
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)))
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const parts = [chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]
  return { name, mimeType: 'image/png', buffer: Buffer.concat([signature, ...parts]) }
}

/** Silence, 16 bits at 44.1 kHz in stereo: 176,400 bytes a second. */
export function sound(name: string, seconds: number): NamedFile {
  const data = Buffer.alloc(176_400 * seconds)
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + data.length, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(2, 22)
  header.writeUInt32LE(44_100, 24)
  header.writeUInt32LE(176_400, 28)
  header.writeUInt16LE(4, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(data.length, 40)
  return { name, mimeType: 'audio/wav', buffer: Buffer.concat([header, data]) }
}

/** A ZIP of empty files with these names, whatever they are. */
export function zip(name: string, names: readonly string[]): NamedFile {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const entry of names) {
    const bytes = Buffer.from(entry)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(20, 4)
    local.writeUInt16LE(0x800, 6)
    local.writeUInt16LE(bytes.length, 26)
    const record = Buffer.alloc(46)
    record.writeUInt32LE(0x02014b50, 0)
    record.writeUInt16LE(20, 6)
    record.writeUInt16LE(0x800, 8)
    record.writeUInt16LE(bytes.length, 28)
    record.writeUInt32LE(offset, 42)
    locals.push(local, bytes)
    directory.push(record, bytes)
    offset += 30 + bytes.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(names.length, 8)
  end.writeUInt16LE(names.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  return { name, mimeType: 'application/zip', buffer: Buffer.concat([...locals, central, end]) }
}

/** A PDF of one page with this text, this title, and a script that wants to run when it is opened. */
export function pdf(name: string, text: string, title: string): NamedFile {
  return pdfOf(name, {
    catalog: '/OpenAction<</S/JavaScript/JS(app.alert\\("attacked"\\))>>',
    text: `(${text})`,
    font: '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
    more: [`<</Title(${title})>>`],
  })
}

/** A PDF with Chinese text in GBK, whose font is not in the file: only tables of characters say what it is. */
export function chinesePdf(name: string, gbkHex: string): NamedFile {
  return pdfOf(name, {
    catalog: '',
    text: `<${gbkHex}>`,
    font: '<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/GBK-EUC-H/DescendantFonts[6 0 R]>>',
    more: [
      '<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/FontDescriptor 7 0 R>>',
      '<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>',
    ],
  })
}

interface PdfParts {
  catalog: string
  /** As a string of PDF. */
  text: string
  font: string
  more: string[]
}

function pdfOf(name: string, { catalog, text, font, more }: PdfParts): NamedFile {
  const content = `BT /F1 24 Tf 60 700 Td ${text} Tj ET`
  const objects = [
    `<</Type/Catalog/Pages 2 0 R${catalog}>>`,
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
    `<</Length ${content.length}>>stream\n${content}\nendstream`,
    font,
    ...more,
  ]
  let file = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const at = file.length
    file += `${index + 1} 0 obj\n${object}\nendobj\n`
    return at
  })
  const table = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')
  const trailer = `trailer<</Size ${objects.length + 1}/Root 1 0 R/Info 6 0 R>>\nstartxref\n${file.length}\n%%EOF`
  const whole = `${file}xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}${trailer}`
  return { name, mimeType: 'application/pdf', buffer: Buffer.from(whole, 'latin1') }
}
