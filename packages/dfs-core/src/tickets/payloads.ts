import { EXTENSION_SIZE, STORAGE_ID_LENGTH_MAX } from '../limits.ts'
import { TicketError } from './ticket-error.ts'

export type UploadOp = 'create' | 'write' | 'head' | 'end'
export type ServiceOp = 'list' | 'stat' | 'drop' | 'ack' | 'status' | 'aside' | 'check'
/** What an answer waited for: nothing, the group commit of its log, or a sync of its own. */
export type Durability = 'none' | 'group' | 'each'

/** Lets a browser send one upload to one storage. Travels only as `Authorization: Bearer`. */
export interface UploadTicket {
  readonly typ: 'up'
  readonly grp: string
  /** Id of the one storage that may take it, e.g. `100001`. */
  readonly mem: string
  /** The upload: 32 lower-case hexadecimal characters. */
  readonly upl: string
  /** Epoch of the upload: storages refuse a lower one than they have seen. */
  readonly ep: number
  /** Bytes of the whole file. */
  readonly len: number
  /** Extension of the file id, without the dot; may be empty. */
  readonly ext: string
  /** First byte of the range that this ticket may write, for parallel parts; then `len` is the range's. */
  readonly off?: number
  /** Opaque public ids of owner and entry, stored with the file. */
  readonly own: string
  readonly ent: string
  readonly ops: readonly UploadOp[]
  /** Unix seconds. */
  readonly iat: number
  readonly exp: number
}

/** Lets its holder read one file from any replica. Travels in the query, `?t=`. */
export interface DownloadTicket {
  readonly typ: 'dl'
  /** File id. */
  readonly fid: string
  /** Bytes. */
  readonly sz: number
  /** Content-Type and Content-Disposition (inline or attachment), as the web server decided. */
  readonly ct: string
  readonly cd: 'i' | 'a'
  /** File name to offer, at most 255 bytes of UTF-8. */
  readonly fn: string
  readonly pol: 'normal' | 'limited'
  /** For whom, opaque, where `pol` is limited: what one visitor reads is not counted as another's. */
  readonly vis?: string
  /** Unix seconds. */
  readonly exp: number
}

/** One call of the web server to one storage. */
export interface ServiceTicket {
  readonly typ: 'sv'
  readonly grp: string
  readonly mem: string
  readonly op: ServiceOp
  readonly arg: string
  /** SHA-256 of the request body, hexadecimal. */
  readonly bodySha256: string
  /** Unix seconds. */
  readonly exp: number
}

/** A storage's word that an upload is stored. */
export interface Receipt {
  readonly typ: 'receipt'
  readonly upl: string
  readonly ep: number
  readonly grp: string
  readonly mem: string
  readonly fid: string
  readonly size: number
  /** Unsigned. */
  readonly crc32: number
  /** Of the content, and of its first min(size, 64 KiB) bytes; hexadecimal. */
  readonly sha256: string
  readonly head: string
  /** Content type that the storage saw in the first 4 KiB. */
  readonly ct: string
  readonly dur: Durability
  /** Members that had the file when the receipt was written. */
  readonly copies: number
  /** Unix seconds. */
  readonly at: number
}

export type Payload = UploadTicket | DownloadTicket | ServiceTicket | Receipt
export type PayloadType = Payload['typ']
export type PayloadOf<T extends PayloadType> = Extract<Payload, { typ: T }>

const FILE_ID_LENGTH_MAX = 144
const FILE_NAME_SIZE_MAX = 255
const ARGUMENT_LENGTH_MAX = 255
const CONTENT_TYPE_LENGTH_MAX = 127

type Check = (value: unknown) => boolean

const matches =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value)

const isOneOf =
  (...choices: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && choices.includes(value)

const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0
const isWord: Check = (value) => isCount(value) && (value as number) <= 0xff_ff_ff_ff
const isGroup = matches(/^[A-Za-z0-9]{1,16}$/)
const isStorageId = matches(new RegExp(`^[A-Za-z0-9.:_-]{1,${STORAGE_ID_LENGTH_MAX}}$`))
const isUploadId = matches(/^[0-9a-f]{32}$/)
const isSha256 = matches(/^[0-9a-f]{64}$/)
const isExtension = matches(new RegExp(`^[A-Za-z0-9_.-]{0,${EXTENSION_SIZE}}$`))
const isPublicId = matches(/^[A-Za-z0-9_-]{1,64}$/)
const isVisitor = matches(/^[A-Za-z0-9_-]{1,16}$/)
const isContentType = matches(new RegExp(`^[\\x20-\\x7e]{1,${CONTENT_TYPE_LENGTH_MAX}}$`))
const isArgument = matches(new RegExp(`^[\\x20-\\x7e]{0,${ARGUMENT_LENGTH_MAX}}$`))

const fileIdPattern = /^[A-Za-z0-9]{1,16}\/M[0-9A-F]{2}\/[0-9A-F]{2}\/[0-9A-F]{2}\/[A-Za-z0-9_.-]+$/
const isFileId: Check = (value) =>
  typeof value === 'string' && value.length <= FILE_ID_LENGTH_MAX && fileIdPattern.test(value)

// Goes into a header: no control characters, and no lone surrogates, which have no UTF-8.
const isFileName: Check = (value) =>
  typeof value === 'string' &&
  value !== '' &&
  Buffer.byteLength(value) <= FILE_NAME_SIZE_MAX &&
  !/[\p{Cc}\p{Cs}]/u.test(value)

const uploadOps: readonly string[] = ['create', 'write', 'head', 'end'] satisfies UploadOp[]
const isUploadOps: Check = (value) =>
  Array.isArray(value) &&
  value.length > 0 &&
  new Set(value).size === value.length &&
  value.every((op) => typeof op === 'string' && uploadOps.includes(op))

interface Field {
  readonly check: Check
  readonly optional?: true
}

type FieldTable<P> = { readonly [K in keyof P]-?: undefined extends P[K] ? Field & { optional: true } : Field }

const must = (check: Check): Field => ({ check })
const may = (check: Check): Field & { optional: true } => ({ check, optional: true })

const uploadFields: FieldTable<UploadTicket> = {
  typ: must(isOneOf('up')),
  grp: must(isGroup),
  mem: must(isStorageId),
  upl: must(isUploadId),
  ep: must(isCount),
  len: must(isCount),
  ext: must(isExtension),
  off: may(isCount),
  own: must(isPublicId),
  ent: must(isPublicId),
  ops: must(isUploadOps),
  iat: must(isCount),
  exp: must(isCount),
}

const downloadFields: FieldTable<DownloadTicket> = {
  typ: must(isOneOf('dl')),
  fid: must(isFileId),
  sz: must(isCount),
  ct: must(isContentType),
  cd: must(isOneOf('i', 'a')),
  fn: must(isFileName),
  pol: must(isOneOf('normal', 'limited')),
  vis: may(isVisitor),
  exp: must(isCount),
}

const serviceFields: FieldTable<ServiceTicket> = {
  typ: must(isOneOf('sv')),
  grp: must(isGroup),
  mem: must(isStorageId),
  op: must(isOneOf('list', 'stat', 'drop', 'ack', 'status', 'aside', 'check')),
  arg: must(isArgument),
  bodySha256: must(isSha256),
  exp: must(isCount),
}

const receiptFields: FieldTable<Receipt> = {
  typ: must(isOneOf('receipt')),
  upl: must(isUploadId),
  ep: must(isCount),
  grp: must(isGroup),
  mem: must(isStorageId),
  fid: must(isFileId),
  size: must(isCount),
  crc32: must(isWord),
  sha256: must(isSha256),
  head: must(isSha256),
  ct: must(isContentType),
  dur: must(isOneOf('none', 'group', 'each')),
  copies: must(isCount),
  at: must(isCount),
}

const fieldTables: Readonly<Record<PayloadType, Readonly<Record<string, Field>>>> = {
  up: uploadFields,
  dl: downloadFields,
  sv: serviceFields,
  receipt: receiptFields,
}

/**
 * Checks a parsed payload against the fields of its type: all mandatory but `off` and `vis`, none besides them.
 * TicketError `wrong_type` when it is of another type, `bad_field` (with the field's name) otherwise.
 */
export function checkPayload<T extends PayloadType>(value: object, type: T): PayloadOf<T> {
  const fields = value as Readonly<Record<string, unknown>>
  if (fields['typ'] !== type) throw new TicketError('wrong_type', `a token of another type than ${type}`)
  const table = fieldTables[type]
  for (const name of Object.keys(fields)) {
    if (!Object.hasOwn(table, name))
      throw new TicketError('bad_field', `${type}: unknown field ${JSON.stringify(name)}`)
  }
  for (const [name, field] of Object.entries(table)) {
    if (!Object.hasOwn(fields, name) && field.optional) continue
    if (!field.check(fields[name])) {
      throw new TicketError('bad_field', `${type}: field ${name} is missing or out of range`)
    }
  }
  return value as PayloadOf<T>
}

/** The payload as JSON, its fields in the order of the table: equal payloads give equal tokens and so equal URLs. */
export function serializePayload(payload: Payload): string {
  const names = Object.keys(fieldTables[payload.typ])
  return JSON.stringify(payload, ['typ', ...names])
}
