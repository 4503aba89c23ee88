import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DownloadTicket, KeyRing, Payload, PayloadType, Receipt, ServiceTicket, UploadTicket } from './index.ts'
import { sign, TicketError, verify } from './index.ts'

const key = Buffer.alloc(32, 7)
const ring: KeyRing = { current: 'k1', key: (kid) => (kid === 'k1' ? key : undefined) }
const now = 1_700_000_000

const upload: UploadTicket = {
  typ: 'up',
  grp: 'group1',
  mem: '100001',
  upl: '0123456789abcdef0123456789abcdef',
  ep: 1,
  len: 5_368_709_127,
  ext: 'txt',
  own: 'usr_1',
  ent: 'ent-2',
  ops: ['create', 'write', 'head', 'end'],
  iat: now,
  exp: now + 3600,
}
const download: DownloadTicket = {
  typ: 'dl',
  fid: 'group1/M00/1A/2F/oYYBAGsBFZmITJiFAAAABjY6MCA178.txt',
  sz: 6,
  ct: 'text/plain; charset=utf-8',
  cd: 'a',
  fn: '项目计划书 "v2".txt',
  pol: 'normal',
  exp: now + 3600,
}
const service: ServiceTicket = {
  typ: 'sv',
  grp: 'group1',
  mem: '100001',
  op: 'ack',
  arg: '',
  bodySha256: 'ab'.repeat(32),
  exp: now + 60,
}
const receipt: Receipt = {
  typ: 'receipt',
  upl: upload.upl,
  ep: 1,
  grp: 'group1',
  mem: '100001',
  fid: download.fid,
  size: 6,
  crc32: 0xff3a3020,
  sha256: 'cd'.repeat(32),
  head: 'ef'.repeat(32),
  ct: 'text/plain',
  dur: 'group',
  copies: 1,
  at: now,
}
const payloads: Payload[] = [upload, download, service, receipt]

function refusal(run: () => unknown): TicketError {
  try {
    run()
  } catch (error) {
    if (error instanceof TicketError) return error
    throw error
  }
  throw new Error('it was accepted')
}
const codeOf = (token: string, typ: PayloadType = 'up', keys = ring, at = now) =>
  refusal(() => verify(token, typ, keys, at)).code

/** Signs any text with the right key, as only a broken or malicious signer would. */
function forge(json: string | Buffer, kid = 'k1', secret = key): string {
  const signed = `v1.${kid}.${Buffer.from(json).toString('base64url')}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

describe('sign', () => {
  it.each(payloads)('gives a token that verifies to the same $typ', (payload) => {
    expect(verify(sign(payload, ring), payload.typ, ring, now)).toEqual(payload)
  })

  it('has the format v1.<kid>.<base64url JSON>.<base64url HMAC-SHA256>', () => {
    const [version, kid, json, mac] = sign(service, ring).split('.')
    expect([version, kid]).toEqual(['v1', 'k1'])
    expect(Buffer.from(json ?? '', 'base64url').toString()).toBe(
      `{"typ":"sv","grp":"group1","mem":"100001","op":"ack","arg":"","bodySha256":"${'ab'.repeat(32)}","exp":1700000060}`,
    )
    const expected = createHmac('sha256', key).update(`v1.k1.${json}`).digest('base64url')
    expect(mac).toBe(expected)
  })

  it('gives the same token for the same fields in another order, so that URLs stay stable', () => {
    const shuffled = Object.fromEntries(Object.entries(download).reverse()) as unknown as DownloadTicket
    expect(sign(shuffled, ring)).toBe(sign(download, ring))
  })

  it('leaves an absent optional field out', () => {
    expect(verify(sign(upload, ring), 'up', ring, now)).not.toHaveProperty('off')
    expect(verify(sign({ ...upload, off: 0 }, ring), 'up', ring, now).off).toBe(0)
  })

  it('refuses a token of more than 1 KiB', () => {
    const long: DownloadTicket = {
      ...download,
      fn: '"'.repeat(255),
      ct: 'x'.repeat(127),
      fid: `group1/M00/00/00/${'a'.repeat(117)}`,
    }
    expect(refusal(() => sign(long, ring)).code).toBe('too_long')
  })

  it('fits the longest file name with a usual content type into 1 KiB', () => {
    const ct = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
    expect(sign({ ...download, fn: '书'.repeat(85), ct }, ring).length).toBeLessThanOrEqual(1024)
  })

  it('refuses a ring that lacks its own current key', () => {
    expect(refusal(() => sign(upload, { current: 'k9', key: ring.key })).code).toBe('unknown_key')
  })
})

describe('verify', () => {
  it('refuses every token that differs from a good one in one bit', () => {
    for (const payload of payloads) {
      const good = sign(payload, ring)
      for (let i = 0; i < good.length; i++) {
        for (let bit = 0; bit < 7; bit++) {
          const changed = good.slice(0, i) + String.fromCharCode(good.charCodeAt(i) ^ (1 << bit)) + good.slice(i + 1)
          expect(['malformed', 'bad_mac', 'unknown_key']).toContain(codeOf(changed, payload.typ))
        }
      }
    }
  })

  it('refuses a token cut at any length, or with anything in front of or behind it', () => {
    const good = sign(upload, ring)
    for (let length = 0; length < good.length; length++) {
      expect(['malformed', 'bad_mac']).toContain(codeOf(good.slice(0, length)))
    }
    for (const changed of [
      ` ${good}`,
      `${good} `,
      `${good}\n`,
      `${good}.`,
      `${good}=`,
      `${good}A`,
      good.replace('v1', 'v2'),
    ]) {
      expect(codeOf(changed)).toBe('malformed')
    }
  })

  it('refuses the payload of one token under the MAC of another', () => {
    const [a, b] = [sign(upload, ring).split('.'), sign({ ...upload, own: 'other' }, ring).split('.')]
    expect(codeOf([...a.slice(0, 3), b[3]].join('.'))).toBe('bad_mac')
  })

  it('refuses a token that the key of another group signed', () => {
    const other: KeyRing = { current: 'k1', key: () => Buffer.alloc(32, 8) }
    expect(codeOf(sign(upload, other))).toBe('bad_mac')
  })

  it('refuses a MAC that is empty, of zeros or made with an empty key', () => {
    const signed = sign(upload, ring).split('.').slice(0, 3).join('.')
    expect(codeOf(`${signed}.`)).toBe('malformed')
    expect(codeOf(`${signed}.${'A'.repeat(43)}`)).toBe('bad_mac')
    expect(codeOf(forge(JSON.stringify(upload), 'k1', Buffer.alloc(0)))).toBe('bad_mac')
  })

  it('refuses an unknown kid, also one that every object has', () => {
    for (const kid of ['k2', 'constructor', '__proto__', 'K1']) {
      expect(codeOf(forge(JSON.stringify(upload), kid))).toBe('unknown_key')
    }
  })

  it.each(
    payloads.flatMap((payload) =>
      payloads.filter((other) => other !== payload).map((other) => [payload, other] as const),
    ),
  )('refuses a token of another type', (payload, other) => {
    expect(codeOf(sign(payload, ring), other.typ)).toBe('wrong_type')
  })

  it('refuses an authentic token that lacks a field', () => {
    for (const payload of payloads) {
      for (const name of Object.keys(payload).filter((field) => field !== 'typ')) {
        const { [name]: _left, ...rest } = payload as unknown as Record<string, unknown>
        expect([name, codeOf(forge(JSON.stringify(rest)), payload.typ)]).toEqual([name, 'bad_field'])
      }
    }
  })

  it('refuses an authentic token with a field too many', () => {
    for (const payload of payloads) {
      for (const extra of ['admin', 'constructor', 'mem2', '']) {
        expect(codeOf(forge(JSON.stringify({ ...payload, [extra]: 1 })), payload.typ)).toBe('bad_field')
      }
      const withProto = JSON.stringify(payload).replace('{', '{"__proto__":{"admin":true},')
      expect(codeOf(forge(withProto), payload.typ)).toBe('bad_field')
    }
  })

  const wrongValues: [string, object][] = [
    ['grp', { grp: 'group/1' }],
    ['grp', { grp: '' }],
    ['grp', { grp: 'g'.repeat(17) }],
    ['mem', { mem: '../100001' }],
    ['mem', { mem: 100001 }],
    ['upl', { upl: upload.upl.toUpperCase() }],
    ['upl', { upl: `${upload.upl}00` }],
    ['upl', { upl: `${upload.upl}\n` }],
    ['ep', { ep: -1 }],
    ['ep', { ep: 1.5 }],
    ['len', { len: '5' }],
    ['len', { len: 2 ** 53 }],
    ['len', { len: null }],
    ['ext', { ext: 'a/b' }],
    ['ext', { ext: 'abcdefg' }],
    ['off', { off: -1 }],
    ['off', { off: null }],
    ['own', { own: 'a b' }],
    ['ops', { ops: [] }],
    ['ops', { ops: ['create', 'create'] }],
    ['ops', { ops: ['delete'] }],
    ['ops', { ops: 'create' }],
    ['ops', { ops: [['create']] }],
    ['exp', { exp: Number.MAX_VALUE }],
  ]
  it.each(wrongValues)('refuses an upload ticket whose %s is out of range (%j)', (_name, change) => {
    expect(codeOf(forge(JSON.stringify({ ...upload, ...change })))).toBe('bad_field')
    expect(refusal(() => sign({ ...upload, ...change } as UploadTicket, ring)).code).toBe('bad_field')
  })

  it.each<[string, object]>([
    ['fid', { fid: 'group1/M00/00/00/../../etc' }],
    ['fid', { fid: '/group1/M00/00/00/abc' }],
    ['fid', { fid: `group1/M00/00/00/${'a'.repeat(200)}` }],
    ['fn', { fn: '' }],
    ['fn', { fn: 'a\r\nSet-Cookie: x' }],
    ['fn', { fn: '\ud800' }],
    ['fn', { fn: 'é'.repeat(128) }],
    ['ct', { ct: 'text/html\r\nX: y' }],
    ['ct', { ct: '' }],
    ['cd', { cd: 'inline' }],
    ['pol', { pol: 'open' }],
    ['vis', { vis: '' }],
    ['vis', { vis: 'somebody@example.org' }],
  ])('refuses a download ticket whose %s is out of range (%j)', (_name, change) => {
    expect(codeOf(forge(JSON.stringify({ ...download, ...change })), 'dl')).toBe('bad_field')
  })

  it.each<[string, object]>([
    ['crc32', { crc32: -1 }],
    ['crc32', { crc32: 2 ** 32 }],
    ['sha256', { sha256: 'CD'.repeat(32) }],
    ['head', { head: 'ef' }],
    ['dur', { dur: 'always' }],
    ['copies', { copies: 0.5 }],
  ])('refuses a receipt whose %s is out of range (%j)', (_name, change) => {
    expect(codeOf(forge(JSON.stringify({ ...receipt, ...change })), 'receipt')).toBe('bad_field')
  })

  it.each([
    ['no JSON', 'hello'],
    ['JSON that is cut', JSON.stringify(upload).slice(0, -1)],
    ['an array', '[]'],
    ['null', 'null'],
    ['a number', '1'],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ])('refuses an authentic token that holds %s', (_what, json) => {
    expect(codeOf(forge(json))).toBe('malformed')
  })

  it('accepts a ticket until 60 s after exp and gives its payload with the refusal afterwards', () => {
    const token = sign(upload, ring)
    expect(verify(token, 'up', ring, upload.exp + 60)).toEqual(upload)
    const error = refusal(() => verify(token, 'up', ring, upload.exp + 61))
    expect(error).toMatchObject({ code: 'expired', payload: upload })
  })

  it('gives no payload with any other refusal', () => {
    const expired = sign({ ...upload, exp: 1 }, ring)
    const changed = expired.slice(0, -1) + (expired.endsWith('A') ? 'B' : 'A')
    expect(refusal(() => verify(changed, 'up', ring, now))).toMatchObject({ code: 'bad_mac', payload: undefined })
  })

  it('never lets a receipt expire', () => {
    expect(verify(sign(receipt, ring), 'receipt', ring, now + 10 ** 9)).toEqual(receipt)
  })

  it('refuses more than 1 KiB before it looks for a key', () => {
    const asked: string[] = []
    const watching: KeyRing = { current: 'k1', key: (kid) => (asked.push(kid) > 0 ? key : undefined) }
    expect(codeOf(`v1.k1.${'A'.repeat(1024)}.${'A'.repeat(43)}`, 'up', watching)).toBe('too_long')
    expect(asked).toEqual([])
  })

  it('throws nothing but TicketError, whatever the text', () => {
    const token = fc.oneof(
      fc.string({ maxLength: 1200, unit: 'binary' }),
      fc.string({ maxLength: 400 }).map((text) => forge(text)),
      fc.json().map((text) => forge(text)),
      fc
        .record({ typ: fc.constantFrom('up', 'dl', 'sv', 'receipt'), grp: fc.anything(), exp: fc.anything() })
        .map((value) => forge(JSON.stringify(value) ?? '')),
    )
    fc.assert(
      fc.property(token, fc.constantFrom<PayloadType>('up', 'dl', 'sv', 'receipt'), (text, typ) => {
        refusal(() => verify(text, typ, ring, now))
      }),
      { numRuns: 2000 },
    )
  })

  it('keeps the token out of its messages', () => {
    const token = sign(upload, ring)
    const error = refusal(() => verify(token, 'dl', ring, now))
    expect(error.message).not.toContain(token.split('.')[2])
  })
})
