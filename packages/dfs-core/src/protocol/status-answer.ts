import { ProtocolError } from '../errors.ts'
import type { Layout } from './layout.ts'

/** What a Cairn storage says about itself in its answer to STATUS (206). */
export interface StatusAnswer {
  readonly version: string
  /** Port of the storage's HTTP server; −1 when it has none. */
  readonly httpPort: number
  /** Key ids that the storage can verify tickets with. */
  readonly kids: readonly string[]
  readonly storageId: string
  readonly group: string
  /** Codes above 206 that the storage takes; empty where it is of a version that knew none. */
  readonly commands: readonly number[]
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function toBytes(answer: StatusAnswer): Buffer {
  const { version, httpPort, kids, storageId, group, commands } = answer
  return Buffer.from(JSON.stringify({ version, httpPort, kids, storageId, group, commands }))
}

function decode(buf: Buffer): StatusAnswer {
  let parsed: unknown
  try {
    parsed = JSON.parse(utf8.decode(buf))
  } catch (cause) {
    throw new ProtocolError('STATUS response: not JSON', { cause })
  }
  if (typeof parsed !== 'object' || parsed === null) throw new ProtocolError('STATUS response: not a JSON object')
  const fields = parsed as Record<string, unknown>
  const httpPort = fields['httpPort']
  if (!(typeof httpPort === 'number' && Number.isInteger(httpPort) && httpPort >= -1 && httpPort <= 0xffff)) {
    throw new ProtocolError('STATUS response.httpPort: not a port')
  }
  return {
    version: textField(fields, 'version'),
    httpPort,
    kids: textList(fields['kids']),
    storageId: textField(fields, 'storageId'),
    group: textField(fields, 'group'),
    commands: codeList(fields['commands'] ?? []),
  }
}

function textField(fields: Record<string, unknown>, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string') throw new ProtocolError(`STATUS response.${name}: not a text`)
  return value
}

function textList(value: unknown): string[] {
  if (!(Array.isArray(value) && value.every((item) => typeof item === 'string'))) {
    throw new ProtocolError('STATUS response.kids: not a list of texts')
  }
  return value
}

function codeList(value: unknown): number[] {
  if (!(Array.isArray(value) && value.every((item) => Number.isInteger(item)))) {
    throw new ProtocolError('STATUS response.commands: not a list of codes')
  }
  return value
}

/** JSON text with the fields of StatusAnswer; fields that we do not know are ignored, so that they can be added. */
export const statusAnswer: Layout<StatusAnswer> = {
  label: 'STATUS response',
  size: undefined,
  sizeOf: (answer) => toBytes(answer).length,
  write: (answer, buf, offset) => buf.set(toBytes(answer), offset),
  encode: toBytes,
  decode,
  readAt: (buf, offset) => decode(buf.subarray(offset)),
  fits: (length) => length > 0,
}
