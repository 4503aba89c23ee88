import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { draftDialect } from './draft-dialect.ts'
import { readSegmentCall } from './segment-call.ts'
import { tusDialect } from './tus-dialect.ts'
import { operationsOf, type UploadCall } from './upload-call.ts'
import { UploadError } from './upload-error.ts'

const UPL = '0123456789abcdef0123456789abcdef'

/** Values that mean something, values that nearly do, and any others. */
const value = fc.oneof(
  fc.constantFrom('0', '1', '10', '-1', '1e3', '00', '9007199254740993', '1.0.0', '?1', '?0', 'partial', '8', ' '),
  fc.constantFrom(
    `final;/files/${UPL}`,
    'final;',
    'final; ',
    `final;http://a/files/${UPL} /files/x`,
    'final;/files/../x',
  ),
  fc.constantFrom(
    'sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=',
    'crc32 AAAAAA==',
    'sha1',
    'md5 aaaa',
    'constructor aaaa',
    '__proto__ a',
  ),
  fc.constantFrom('a YQ==,b', 'a YQ==,a YQ==', 'a not*base64', ',', 'a  b', 'ä ö'),
  fc.constantFrom('application/offset+octet-stream', 'application/partial-upload', 'chunked', 'upload-checksum'),
  fc.string({ maxLength: 40 }),
)
const NAMES = [
  'tus-resumable',
  'upload-length',
  'upload-offset',
  'upload-defer-length',
  'upload-metadata',
  'upload-concat',
  'upload-checksum',
  'upload-segment',
  'upload-complete',
  'upload-draft-interop-version',
  'content-type',
  'content-length',
  'transfer-encoding',
  'trailer',
  'x-http-method-override',
]
const headers = fc.dictionary(fc.constantFrom(...NAMES), value)
const method = fc.constantFrom('POST', 'PATCH', 'HEAD', 'DELETE', 'PUT', 'GET', '')
const path = fc.oneof(
  fc.constantFrom('/files', '/files/', `/files/${UPL}`, `/files/${UPL}/`, '/files/%00', ''),
  fc.constantFrom('0', '10', '01', '-1', '', '1.5', '9007199254740992', '1/').map((off) => `/files/${UPL}.${off}`),
  fc.string(),
)

function request(line: { method: string; path: string; headers: Record<string, string> }): IncomingMessage {
  const message = new IncomingMessage(new Socket())
  return Object.assign(message, { method: line.method, url: line.path, headers: line.headers })
}

/** null when it was refused, for a reason that the client can be told. */
function readOrRefuse<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof UploadError)) throw error
    expect(error.status).toBeGreaterThanOrEqual(400)
    expect(error.status).toBeLessThan(500)
    return null
  }
}

function expectSense(call: UploadCall): void {
  expect(operationsOf(call).length).toBeGreaterThan(0)
  if (call.method !== 'POST') expect(call.upl).toBe(UPL)
  if (call.method === 'PATCH') expect(Number.isSafeInteger(call.offset) && call.offset >= 0).toBe(true)
  if (call.method !== 'POST') return
  expect(call.length ?? 0).toBeGreaterThanOrEqual(0)
  for (const upl of call.joins) expect(upl).toBe(UPL)
}

describe.each([
  ['tus', tusDialect, { 'tus-resumable': '1.0.0' }],
  ['the draft', draftDialect, { 'upload-draft-interop-version': '8' }],
])('whatever headers a request of %s has', (_name, dialect, own) => {
  it('it is understood in one sense, or refused with a reason', () => {
    const line = fc.record({ method, path, headers })
    fc.assert(
      fc.property(line, fc.boolean(), (asked, isRight) => {
        const all = { ...asked.headers, ...(isRight && own) }
        const call = readOrRefuse(() => dialect.read(request({ ...asked, headers: all }), '/files'))
        if (call !== null) expectSense(call)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('whatever headers a request for a segment has', () => {
  it('it is understood in one sense, or is none, or is refused with a reason', () => {
    const own = { 'tus-resumable': '1.0.0', 'upload-concat': 'partial', 'upload-segment': '10', 'upload-length': '10' }
    const segmentHeaders = fc.dictionary(fc.constantFrom(...NAMES, 'upload-segment'), value)
    const line = fc.record({ method, path, headers: segmentHeaders })
    let count = 0
    fc.assert(
      fc.property(line, fc.boolean(), (asked, isOurs) => {
        const all = isOurs ? { ...own, ...asked.headers } : asked.headers
        const call = readOrRefuse(() => readSegmentCall(request({ ...asked, headers: all }), '/files'))
        if (call === null) return
        count += 1
        expect(operationsOf(call).length).toBeGreaterThan(0)
        expect([Number.isSafeInteger(call.off), call.off >= 0]).toEqual([true, true])
        if (call.method === 'POST') expect(call.length).toBeGreaterThan(0)
        else expect(call.upl).toBe(UPL)
        if (call.method === 'PATCH') expect(Number.isSafeInteger(call.offset) && call.offset >= 0).toBe(true)
      }),
      { numRuns: 3000 },
    )
    expect(count).toBeGreaterThan(0)
  })
})
