import { extensionOf } from '../../components/split-name.ts'
import type { EntryItem } from '../../lib/entries/entry-item.ts'
import type { PreviewSources } from '../../lib/preview-sources.ts'

export type PreviewKind =
  | 'image'
  | 'video'
  | 'audio'
  | 'pdf'
  | 'markdown'
  | 'csv'
  | 'code'
  | 'text'
  | 'zip'
  | 'tar'
  | 'none'

// What browsers decode themselves. Other pictures are shown as their large thumbnail, SVG among them: as pixels it
// cannot run anything.
const SHOWN_IMAGE = /^image\/(?:jpeg|png|gif|webp|avif|bmp)$/
const ZIPS = new Set([
  'application/zip',
  'application/java-archive',
  'application/epub+zip',
  'application/vnd.android.package-archive',
])
const TARS = new Set(['application/x-tar', 'application/gzip', 'application/x-gtar'])
const TEXT_TYPE = /^(?:text\/|application\/(?:json|xml|javascript|x-sh|rtf$))/
// The storage only knows UTF-8 as text; other encodings look like any bytes to it.
const UNKNOWN_TYPES = new Set(['application/octet-stream', ''])
const TEXT_EXTENSIONS = new Set(
  'txt log text srt vtt ass lrc nfo ini cfg conf env properties csv tsv md markdown tex asc'.split(' '),
)

/** Languages of highlight.js by extension. */
const languages = new Map(
  Object.entries({
    bash: 'sh bash zsh',
    c: 'c h',
    cpp: 'cc cpp cxx hpp hh',
    csharp: 'cs',
    css: 'css',
    diff: 'diff patch',
    dockerfile: 'dockerfile',
    go: 'go',
    graphql: 'graphql gql',
    ini: 'ini toml cfg conf properties env',
    java: 'java',
    javascript: 'js mjs cjs jsx',
    json: 'json jsonc geojson',
    kotlin: 'kt kts',
    less: 'less',
    lua: 'lua',
    makefile: 'mk',
    perl: 'pl pm',
    php: 'php',
    powershell: 'ps1',
    python: 'py',
    r: 'r',
    ruby: 'rb',
    rust: 'rs',
    scala: 'scala',
    scss: 'scss sass',
    sql: 'sql',
    swift: 'swift',
    typescript: 'ts tsx mts cts',
    xml: 'xml html htm xhtml svg vue plist rss',
    yaml: 'yaml yml',
  }).flatMap(([language, extensions]) =>
    extensions.split(' ').map((extension): [string, string] => [extension, language]),
  ),
)

/** The highlighter's name of the language of a file; undefined for plain text. */
export function languageOf(name: string): string | undefined {
  return languages.get(extensionOf(name)) ?? (/^(?:dockerfile|makefile)$/i.test(name) ? name.toLowerCase() : undefined)
}

function textKind(name: string): PreviewKind {
  const extension = extensionOf(name)
  if (extension === 'md' || extension === 'markdown') return 'markdown'
  if (extension === 'csv' || extension === 'tsv') return 'csv'
  return languageOf(name) === undefined ? 'text' : 'code'
}

function tarKind(type: string, name: string): PreviewKind {
  return type !== 'application/gzip' || /\.(?:tgz|tar\.gz)$/i.test(name) ? 'tar' : 'none'
}

/** Bytes that say nothing: the name tells whether they are text. */
function namedKind(name: string): PreviewKind {
  const extension = extensionOf(name)
  return TEXT_EXTENSIONS.has(extension) || languages.has(extension) ? textKind(name) : 'none'
}

/** How a file is shown: by its bytes, as its storage read them; the name only says which kind of text it is. */
export function previewKind({ kind, name, contentType, size }: EntryItem): PreviewKind {
  if (kind === 'folder' || size === 0) return 'none'
  const type = contentType?.split(';')[0] ?? ''
  // The mark of UTF-16 is taken for the start of an MP3 frame.
  if (type === 'audio/mpeg' && TEXT_EXTENSIONS.has(extensionOf(name))) return textKind(name)
  const [family] = type.split('/')
  if (family === 'image' || family === 'video' || family === 'audio') return family
  if (type === 'application/pdf') return 'pdf'
  if (ZIPS.has(type)) return 'zip'
  if (TARS.has(type)) return tarKind(type, name)
  if (TEXT_TYPE.test(type)) return textKind(name)
  return UNKNOWN_TYPES.has(type) ? namedKind(name) : 'none'
}

const TEXTS: ReadonlySet<PreviewKind> = new Set(['markdown', 'csv', 'code', 'text'])

/** Whether a file is a text that can be changed. An empty one is what its name says. */
export function isEditable(item: EntryItem): boolean {
  if (item.kind === 'folder') return false
  if (item.size > 0) return TEXTS.has(previewKind(item))
  return extensionOf(item.name) === '' || TEXTS.has(namedKind(item.name))
}

/** What a text is written in: the highlighter's name of the language, or 'markdown'; undefined for plain text. */
export function writtenLanguageOf(name: string): string | undefined {
  return textKind(name) === 'markdown' ? 'markdown' : languageOf(name)
}

/** Whether a browser decodes the picture itself. */
export function isShownImage(contentType: string | null): boolean {
  return SHOWN_IMAGE.test(contentType?.split(';')[0] ?? '')
}

// A browser unpacks a picture into four bytes a pixel, all at once.
const PICTURE_PIXELS_MAX = 120_000_000
const PICTURE_BYTES_MAX = 200_000_000

/** Whether a picture would take more memory than a page should, with no smaller one to show in its place. */
export function isTooLarge({ item, size, pictures, tooLarge }: Omit<PreviewSources, 'url' | 'otherCopies'>): boolean {
  if (previewKind(item) !== 'image' || pictures.large !== null || pictures.pending) return false
  if (tooLarge === true) return true
  return item.size > PICTURE_BYTES_MAX || (size !== null && size.width * size.height > PICTURE_PIXELS_MAX)
}
