import type { Category } from '../../lib/entries/entry-item.ts'

/** What was typed, understood: words to find in names, and what else an entry must be. */
export interface SearchQuery {
  texts: string[]
  type: Category | 'folder' | null
  /** Bytes, both inclusive. */
  minSize: number | null
  maxSize: number | null
  /** Milliseconds since 1970, UTC: from … on, and before. */
  after: number | null
  before: number | null
  tags: string[]
  favourite: boolean
  inHere: boolean
}

// Maps and no objects: what people type would also find what every object inherits, `__proto__`.
const types = new Map<string, Category | 'folder'>(
  Object.entries({
    image: 'image',
    images: 'image',
    图片: 'image',
    video: 'video',
    视频: 'video',
    audio: 'audio',
    音频: 'audio',
    document: 'document',
    documents: 'document',
    文档: 'document',
    archive: 'archive',
    archives: 'archive',
    压缩包: 'archive',
    other: 'other',
    其他: 'other',
    folder: 'folder',
    文件夹: 'folder',
  } as const),
)

const unitBytes: Record<string, number> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 }
const SIZE = /^([<>])=?(\d{1,18}(?:\.\d{1,6})?)\s?([kmgt]?)b?$/
const DATE = /^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?$/
const TEXTS_MAX = 10

/** The parts of what was typed: words, and what stands in quotes together, also behind 'tag:'. */
export function tokensOf(typed: string): { text: string; quoted: boolean }[] {
  const tokens: { text: string; quoted: boolean }[] = []
  for (const [, key = '', quoted, plain] of typed.matchAll(/([^\s":：]+[:：])?"([^"]*)"?|(\S+)/gu)) {
    if (quoted !== undefined) tokens.push({ text: key.replace('：', ':') + quoted, quoted: key === '' })
    else tokens.push({ text: plain ?? '', quoted: false })
  }
  return tokens.filter(({ text }) => text.trim() !== '')
}

/**
 * Understands tokens like `type:video >1GB after:2026-01 tag:survey is:favourite in:here`. What looks like one of them and cannot be
 * read, because it is still being typed, is passed over; everything else is text.
 */
export function parseQuery(typed: string): SearchQuery {
  const query: SearchQuery = {
    texts: [],
    type: null,
    minSize: null,
    maxSize: null,
    after: null,
    before: null,
    tags: [],
    favourite: false,
    inHere: false,
  }
  for (const { text, quoted } of tokensOf(typed)) {
    const isFilter = !quoted && (readSize(query, text) || readKey(query, text))
    if (!isFilter && query.texts.length < TEXTS_MAX) query.texts.push(text)
  }
  return query
}

function readSize(query: SearchQuery, token: string): boolean {
  const plain = token.normalize('NFKC').toLowerCase()
  if (!/^[<>]/.test(plain)) return false
  const found = SIZE.exec(plain)
  if (found) {
    const bytes = Math.min(Number(found[2]) * (unitBytes[found[3] ?? ''] ?? 1), Number.MAX_SAFE_INTEGER)
    if (found[1] === '>') query.minSize = Math.ceil(bytes)
    else query.maxSize = Math.floor(bytes)
  }
  return true
}

const keys = new Map<string, (query: SearchQuery, value: string) => void>(
  Object.entries({
    type: (query, value) => {
      query.type = types.get(value) ?? query.type
    },
    after: (query, value) => {
      query.after = startOf(value) ?? query.after
    },
    before: (query, value) => {
      query.before = startOf(value) ?? query.before
    },
    tag: (query, value) => {
      if (value !== '') query.tags.push(value)
    },
    is: (query, value) => {
      query.favourite = value === 'favourite' || value === '收藏' || query.favourite
    },
    in: (query, value) => {
      query.inHere = value === 'here' || query.inHere
    },
  } satisfies Record<string, (query: SearchQuery, value: string) => void>),
)

function readKey(query: SearchQuery, token: string): boolean {
  const plain = token.normalize('NFKC').toLowerCase()
  const colon = plain.indexOf(':')
  const read = colon < 0 ? undefined : keys.get(plain.slice(0, colon))
  if (read === undefined) return false
  read(query, plain.slice(colon + 1).trim())
  return true
}

/** The first moment of a year, month or day; null when there is no such day. */
function startOf(text: string): number | null {
  const found = DATE.exec(text)
  if (!found) return null
  const [year, month, day] = [Number(found[1]), Number(found[2] ?? 1), Number(found[3] ?? 1)]
  const moment = new Date(Date.UTC(year, month - 1, day))
  return moment.getUTCMonth() === month - 1 && moment.getUTCDate() === day ? moment.getTime() : null
}

/** Whether there is anything to look for. */
export function isEmptyQuery(query: SearchQuery): boolean {
  return query.texts.length === 0 && !hasFilter(query)
}

function hasFilter({ type, minSize, maxSize, after, before, tags, favourite, inHere }: SearchQuery): boolean {
  if ([type, minSize, maxSize, after, before].some((value) => value !== null)) return true
  return tags.length > 0 || favourite || inHere
}
