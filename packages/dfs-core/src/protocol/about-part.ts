import { ProtocolError } from '../errors.ts'

/** What a storage must know of an unfinished upload to go on with it: what its client has said, and where it lies. */
export interface AboutPart {
  /** Size of the content in bytes; null while the client has not told it. */
  readonly len: number | null
  /** What the content may have at most. */
  readonly lenMax: number
  /** File name extension of the finished file, without the dot. */
  readonly ext: string
  /** Opaque ids of owner and entry. */
  readonly own: string
  readonly ent: string
  /** `Upload-Metadata` of tus, as it came. */
  readonly metadata: string
  /** `Upload-Concat`: `partial` where it will be joined to others, else ''. */
  readonly concat: string
  /** Index of the store path that the finished file will be on. */
  readonly storePathIndex: number
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** JSON text, as PART_WRITE carries it. */
export function encodeAboutPart({ len, lenMax, ext, own, ent, metadata, concat, storePathIndex }: AboutPart): Buffer {
  return Buffer.from(JSON.stringify({ len, lenMax, ext, own, ent, metadata, concat, storePathIndex }))
}

/** ProtocolError when a field is missing (but `concat`, which was added later); fields that we do not know are ignored, so that they can be added. */
export function decodeAboutPart(bytes: Buffer): AboutPart {
  let parsed: unknown
  try {
    parsed = JSON.parse(utf8.decode(bytes))
  } catch (cause) {
    throw new ProtocolError('PART_WRITE request.about: not JSON', { cause })
  }
  const about = typeof parsed === 'object' ? { concat: '', ...parsed } : parsed
  if (!isAboutPart(about)) throw new ProtocolError('PART_WRITE request.about: a field is missing')
  return about
}

function isAboutPart(value: unknown): value is AboutPart {
  if (typeof value !== 'object' || value === null) return false
  const fields = new Map<string, unknown>(Object.entries(value))
  const isSize = (name: string) => Number.isSafeInteger(fields.get(name)) && Number(fields.get(name)) >= 0
  const texts = ['ext', 'own', 'ent', 'metadata', 'concat'].every((name) => typeof fields.get(name) === 'string')
  return texts && isSize('lenMax') && isSize('storePathIndex') && (fields.get('len') === null || isSize('len'))
}
