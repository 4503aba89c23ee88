import type { Category } from './entry-item.ts'

const DOCUMENT_TYPES = [
  'application/pdf',
  'application/rtf',
  'application/json',
  'application/xml',
  'application/postscript',
  'application/epub+zip',
  'application/msword',
  'application/vnd.ms-',
  'application/vnd.openxmlformats-officedocument',
  'application/vnd.oasis.opendocument',
  'application/vnd.apple.',
  'application/x-mobipocket-ebook',
  'text/',
]
const ARCHIVE_TYPES = [
  'application/zip',
  'application/gzip',
  'application/zstd',
  'application/x-7z-compressed',
  'application/x-rar-compressed',
  'application/vnd.rar',
  'application/x-tar',
  'application/x-gtar',
  'application/x-bzip',
  'application/x-xz',
  'application/x-lzip',
  'application/x-lz4',
  'application/x-compress',
  'application/x-lzh-compressed',
  'application/x-ace-compressed',
  'application/x-cpio',
  'application/java-archive',
  'application/x-apple-diskimage',
  'application/vnd.ms-cab-compressed',
  'application/vnd.debian.binary-package',
  'application/x-rpm',
]
// These hold other formats; the first bytes do not tell which, so the ending of the name decides.
const CONTAINER_TYPES = new Set(['application/zip', 'application/x-cfb', 'application/xml', 'text/plain', 'text/xml'])
const CONTAINED: readonly (readonly [Category, RegExp])[] = [
  ['document', /\.(?:docx?|xlsx?|pptx?|od[tsp]|epub|pages|numbers|key|vsdx?)$/i],
  ['image', /\.(?:svg|sketch|drawio)$/i],
]

function startsWithAny(text: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => text.startsWith(prefix))
}

/** The category of a file from the type that its storage read from the bytes; `name` only breaks ties of containers. */
export function categoryOf(contentType: string, name: string): Category {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  if (CONTAINER_TYPES.has(type)) {
    const contained = CONTAINED.find(([, ending]) => ending.test(name))
    if (contained) return contained[0]
  }
  if (type.startsWith('image/')) return 'image'
  if (type.startsWith('video/')) return 'video'
  if (type.startsWith('audio/')) return 'audio'
  if (startsWithAny(type, ARCHIVE_TYPES)) return 'archive'
  if (startsWithAny(type, DOCUMENT_TYPES)) return 'document'
  return 'other'
}
