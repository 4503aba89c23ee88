import { extensionOf } from './split-name.ts'

export type FileCategory = 'image' | 'video' | 'audio' | 'document' | 'archive' | 'other'
export type FileGlyph = FileCategory | 'book' | 'sheet' | 'slides' | 'markdown' | 'code' | 'font'

const listOf = (text: string) => new Set(text.split(' '))

const extensionsOf: Record<Exclude<FileCategory, 'other'>, ReadonlySet<string>> = {
  image: listOf('jpg jpeg png gif webp avif heic heif tif tiff bmp svg ico raw arw cr2 cr3 nef dng raf orf rw2 psd'),
  video: listOf('mp4 m4v mov mkv webm avi wmv flv mpg mpeg m2ts ts 3gp'),
  audio: listOf('mp3 m4a aac flac wav ogg oga opus wma aiff aif mid midi'),
  document: listOf(
    'pdf doc docx odt rtf txt md markdown xls xlsx ods csv tsv ppt pptx odp key pages numbers epub mobi tex log',
  ),
  archive: listOf('zip 7z rar tar gz bz2 xz zst tgz tar.gz tar.bz2 tar.xz tar.zst iso dmg jar deb rpm cab'),
}

const codeExtensions = listOf(
  'js mjs cjs jsx ts tsx py rb go rs c h cc cpp hpp cs java kt swift php sh bash sql html htm css scss json yaml yml toml xml lua r',
)

const glyphExtensions: [FileGlyph, ReadonlySet<string>][] = [
  ['book', listOf('pdf epub mobi')],
  ['sheet', listOf('xls xlsx ods csv tsv numbers')],
  ['slides', listOf('ppt pptx odp key')],
  ['markdown', listOf('md markdown')],
  ['code', codeExtensions],
  ['font', listOf('ttf otf woff woff2')],
]

// A glyph that belongs to documents must not stand for a picture that is only named .pdf.
const glyphsOf: Partial<Record<FileCategory, readonly FileGlyph[]>> = {
  document: ['book', 'sheet', 'slides', 'markdown', 'code'],
  other: ['code', 'font'],
}

/** What a name alone promises; used until the storage has looked at the bytes. */
export function categoryByName(name: string): FileCategory {
  const extension = extensionOf(name)
  for (const category of ['image', 'video', 'audio', 'document', 'archive'] as const) {
    if (extensionsOf[category].has(extension)) return category
  }
  return codeExtensions.has(extension) ? 'document' : 'other'
}

/** The category decides the colour, the extension only picks a finer glyph inside it. */
export function glyphOf(name: string, category: FileCategory): FileGlyph {
  const extension = extensionOf(name)
  const finer = glyphExtensions.find(([, extensions]) => extensions.has(extension))?.[0]
  return finer !== undefined && glyphsOf[category]?.includes(finer) ? finer : category
}
