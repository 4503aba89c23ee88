import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, type HttpAnswer, receiptOf, TUS_BODY, tusCalls } from './http/http-call.ts'
import {
  createWebKeys,
  newFolder,
  newUploadId,
  removeFolder,
  sha256,
  startWebStorage,
  storedFiles,
  type WebKeys,
  type WebStorage,
} from './http/web-storage.ts'

/** Of each upload; more than what is stored from memory. */
const LEN = 100_000
const content = randomBytes(LEN)

let folder: string
let storage: WebStorage
let web: WebKeys
let bystander: ReturnType<typeof tusCalls>

beforeAll(async () => {
  folder = newFolder()
  web = createWebKeys(folder)
  storage = await startWebStorage({ folder })
  const upl = newUploadId()
  bystander = tusCalls(storage.http.port, upl, web.upload({ upl, len: LEN }))
  await bystander.create(LEN)
  await bystander.patch(0, content.subarray(0, 5000))
})

afterAll(async () => {
  await storage.close()
  removeFolder(folder)
})

type Sum = 'none' | 'right' | 'wrong' | 'malformed' | 'unknown'

interface Patch {
  kind: 'patch'
  /** Added to the upload's offset. */
  shift: number
  size: number
  sum: Sum
  type: string
}

type Step = Patch | { kind: 'create' | 'head' | 'stale' | 'stranger' | 'junk'; size: number }

const patch: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('patch' as const),
  shift: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: -5, max: 5 })),
  size: fc.integer({ min: 0, max: 40_000 }),
  sum: fc.constantFrom<Sum>('none', 'none', 'right', 'wrong', 'malformed', 'unknown'),
  type: fc.oneof({ weight: 6, arbitrary: fc.constant(TUS_BODY['Content-Type']) }, fc.constantFrom('text/plain', '')),
})
const other: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('create' as const, 'head' as const, 'stale' as const, 'stranger' as const, 'junk' as const),
  size: fc.integer({ min: 0, max: 2000 }),
})

const SUMS: Record<Sum, (bytes: Buffer) => Record<string, string>> = {
  none: () => ({}),
  right: (bytes) => ({ 'Upload-Checksum': `sha256 ${createHash('sha256').update(bytes).digest('base64')}` }),
  wrong: () => ({ 'Upload-Checksum': `sha1 ${createHash('sha1').update('something else').digest('base64')}` }),
  malformed: () => ({ 'Upload-Checksum': 'sha1 ?' }),
  unknown: () => ({ 'Upload-Checksum': 'md4 aaaa' }),
}

/** What the protocol demands of a PATCH at `offset`: its status, and the bytes that are there afterwards. */
function demanded({ shift, size, sum, type }: Patch, offset: number): { status: number; offset: number } {
  const end = offset + size
  if (offset + shift < 0) return { status: 400, offset }
  if (type !== TUS_BODY['Content-Type']) return { status: 415, offset }
  if (sum === 'malformed' || sum === 'unknown') return { status: 400, offset }
  if (shift !== 0) return { status: 409, offset }
  if (end > LEN) return { status: 413, offset }
  if (sum === 'wrong') return { status: 460, offset }
  return { status: 204, offset: end }
}

/** A complete upload takes no bytes, and what it is sent is checked all the same. */
const whole: Patch = { kind: 'patch', shift: 0, size: LEN, sum: 'none', type: TUS_BODY['Content-Type'] }
const steps = fc.oneof(
  fc.array(fc.oneof({ weight: 3, arbitrary: patch }, other), { maxLength: 12 }),
  fc.array(patch, { maxLength: 4 }).map((rest): Step[] => [whole, { ...whole, size: 0, sum: 'wrong' }, ...rest]),
)

class Uploader {
  offset = 0
  readonly upl = newUploadId()
  readonly ticket = web.upload({ upl: this.upl, len: LEN, ep: 2 })
  readonly calls = tusCalls(storage.http.port, this.upl, this.ticket)

  async take(step: Step): Promise<void> {
    if (step.kind === 'patch') return this.#patch(step)
    if (step.kind === 'create') expect((await this.calls.create(LEN)).status).toBe(201)
    else if (step.kind === 'stale') await this.#refused(this.#with(web.upload({ upl: this.upl, len: LEN, ep: 1 })), 410)
    else if (step.kind === 'stranger')
      await this.#refused(this.#with(web.upload({ upl: newUploadId(), len: LEN })), 403)
    else if (step.kind === 'junk') await this.#refused(this.#with(`v1.${'x'.repeat(step.size % 500)}`), 401)
    expect((await this.calls.head()).headers['upload-offset']).toBe(String(this.offset))
  }

  async finish(): Promise<void> {
    const last = await this.calls.patch(this.offset, content.subarray(this.offset))
    const token = last.headers['cairn-receipt'] ?? (await receiptOf(this.calls))
    expect(web.receipt(String(token)).sha256).toBe(sha256(content))
  }

  async #patch(step: Patch): Promise<void> {
    const bytes = Buffer.alloc(step.size)
    content.copy(bytes, 0, this.offset)
    const headers = { ...SUMS[step.sum](bytes), 'Content-Type': step.type }
    const answer = await this.calls.patch(this.offset + step.shift, bytes, headers)
    const wanted = demanded(step, this.offset)
    expect(answer.status).toBe(wanted.status)
    this.offset = wanted.offset
    if (answer.status === 204) expect(answer.headers['upload-offset']).toBe(String(this.offset))
    expect((await this.calls.head()).headers['upload-offset']).toBe(String(this.offset))
  }

  #with(ticket: string): Promise<HttpAnswer> {
    return tusCalls(storage.http.port, this.upl, ticket).patch(this.offset, Buffer.from('not mine'))
  }

  async #refused(answer: Promise<HttpAnswer>, status: number): Promise<void> {
    expect((await answer).status).toBe(status)
  }
}

function partBytes(upl: string): number {
  return statSync(join(folder, 'path0/data/.cairn-parts', upl.slice(0, 2), `${upl}.part`)).size
}

describe('bad requests in any order', { timeout: 120_000 }, () => {
  it('get the status that the protocol demands, and leave the upload and others as they were', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const uploader = new Uploader()
        await uploader.calls.create(LEN)
        for (const step of taken) await uploader.take(step)
        if (uploader.offset < LEN) expect(partBytes(uploader.upl)).toBe(uploader.offset)
        await uploader.finish()
      }),
      { numRuns: 25 },
    )
    expect((await bystander.head()).headers['upload-offset']).toBe('5000')
    const last = await bystander.patch(5000, content.subarray(5000))
    const token = last.headers['cairn-receipt'] ?? (await receiptOf(bystander))
    expect(web.receipt(String(token)).sha256).toBe(sha256(content))
    expect(readdirSync(join(folder, 'path0/data/.cairn-parts'))).toContain('uploads.log')
  })

  it('with any headers are answered, by no failure of the storage, and store nothing that a ticket does not allow', async () => {
    const text = fc.string({ unit: fc.constantFrom(...'abc019-;,/ =?:+%"<>\t'), maxLength: 60 })
    const headers = fc.dictionary(
      fc.constantFrom(
        'Upload-Length',
        'Upload-Offset',
        'Upload-Metadata',
        'Upload-Concat',
        'Upload-Defer-Length',
        'Upload-Checksum',
      ),
      fc.oneof(text, fc.constantFrom('10', '0', '1', 'partial', `final;/files/${newUploadId()}`)),
    )
    const before = storedFiles(folder)
    await fc.assert(
      fc.asyncProperty(headers, fc.constantFrom('POST', 'PATCH', 'HEAD', 'DELETE'), text, async (odd, method, tail) => {
        const upl = newUploadId()
        const ticket = web.upload({ upl, len: 10 })
        const path = method === 'POST' ? '/files/' : `/files/${upl}${encodeURI(tail)}`
        const body = method === 'PATCH' || method === 'POST' ? { body: 'eleven bytes' } : {}
        const all = { ...TUS_BODY, Authorization: `Bearer ${ticket}`, ...odd }
        const answer = await call(storage.http.port, { method, path, headers: all, ...body })
        expect(answer.status).toBeGreaterThanOrEqual(200)
        expect(answer.status).toBeLessThan(500)
        // Twelve bytes are more than the ticket allows, whatever the headers say.
        expect(storage.parts.progress(upl)?.offset ?? 0).toBe(0)
        await tusCalls(storage.http.port, upl, ticket).end()
      }),
      { numRuns: 150 },
    )
    expect(storedFiles(folder)).toEqual(before)
  })

  it('for segments leave an upload that has what was sent, and nothing else', async () => {
    const same = Buffer.alloc(LEN, 'a')
    const place = fc.constantFrom(
      '0',
      '1',
      '50000',
      '90000',
      '99999',
      '100000',
      '01',
      '-1',
      '',
      'x',
      '9007199254740992',
    )
    const size = fc.constantFrom('10', '10', '0', '50000', '100000', '010', '-1', '9007199254740991')
    const odd = fc.record(
      {
        'Upload-Segment': place,
        'Upload-Length': size,
        'Upload-Concat': fc.constantFrom('partial', 'partial', 'final;/files/x', ''),
        'Upload-Offset': place,
        'Upload-Checksum': fc.constantFrom('sha1 ?', 'crc32 AAAAAA==', 'md4 a'),
        'Transfer-Encoding': fc.constant('chunked'),
        'Upload-Defer-Length': fc.constant('1'),
        'X-HTTP-Method-Override': fc.constantFrom('PATCH', 'HEAD', 'GET', 'DELETE'),
      },
      { requiredKeys: ['Upload-Segment', 'Upload-Length', 'Upload-Concat', 'Upload-Offset'] },
    )
    const request = fc.record({
      odd,
      method: fc.constantFrom('POST', 'POST', 'POST', 'PATCH', 'HEAD', 'DELETE'),
      off: place,
      body: fc.constantFrom(0, 1, 10, 11, 50_000, 100_000),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 8 }), async (requests) => {
        const upl = newUploadId()
        const ticket = web.upload({ upl, len: LEN })
        const calls = tusCalls(storage.http.port, upl, ticket)
        await calls.create(LEN)
        const answers = requests.map(async ({ odd, method, off, body }) => {
          const path = method === 'POST' ? '/files' : `/files/${upl}.${off}`
          const headers = { ...TUS_BODY, Authorization: `Bearer ${ticket}`, ...odd }
          const sent = method === 'HEAD' || method === 'DELETE' ? {} : { body: same.subarray(0, body) }
          return (await call(storage.http.port, { method, path, headers, ...sent })).status
        })
        for (const status of await Promise.all(answers)) expect([status, status < 500]).toEqual([status, true])
        const head = await calls.head()
        expect(head.status).toBe(200)
        const last = await calls.patch(
          Number(head.headers['upload-offset']),
          same.subarray(Number(head.headers['upload-offset'])),
        )
        const token = last.headers['cairn-receipt'] ?? (await receiptOf(calls))
        expect(web.receipt(String(token))).toMatchObject({ size: LEN, sha256: sha256(same) })
      }),
      { numRuns: 40 },
    )
  })
})
