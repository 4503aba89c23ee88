import { describe, expect, it } from 'vitest'
import type { MasterFile, ServiceTicket } from './index.ts'
import {
  addMasterKey,
  createMasterKeys,
  dropMasterKey,
  formatKeyFile,
  KeyFileError,
  openMasterKeys,
  openStorageKeys,
  sign,
  switchMasterKey,
  TicketError,
  verify,
} from './index.ts'

const now = 1_700_000_000
const ticket: ServiceTicket = {
  typ: 'sv',
  grp: 'group1',
  mem: '100001',
  op: 'list',
  arg: '',
  bodySha256: '0'.repeat(64),
  exp: now + 60,
}
const open = (file: MasterFile) => openMasterKeys(formatKeyFile(file))
const openStorage = (file: MasterFile, group: string, storageId: string) =>
  openStorageKeys(formatKeyFile(open(file).exportStorageKeys(group, storageId)))

function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof TicketError) return error.code
    throw error
  }
  return 'accepted'
}

describe('derived keys', () => {
  // HKDF-SHA256, no salt, computed with Python's hmac module after RFC 5869 from a master of 32 times 0x01.
  const master: MasterFile = { current: 'k1', kids: { k1: Buffer.alloc(32, 1).toString('base64') } }

  it('are HKDF-SHA256 of the master with the infos of the key table', () => {
    expect(open(master).exportStorageKeys('group1', '100001')).toEqual({
      current: 'k1',
      kids: {
        k1: {
          ticket: 'iefANmKvg8dNULs2lsV5ext4GeKYG4QlK+kA5aLDI7Y=',
          receipt: '+erEYUrgO9iWIktie+0GmEQhmPJ7ztBs9O93QcPD89E=',
          service: '1ji9zoySg0XLkygYLx9snSqP4VC4yhzIvG/otxgTrWM=',
        },
      },
    })
  })

  it('are the same in the rings of the web server and of the storage', () => {
    const web = open(master)
    const storage = openStorage(master, 'group1', '100001')
    expect(web.ticketRing('group1').key('k1')).toEqual(storage.ticketRing.key('k1'))
    expect(web.receiptRing('group1', '100001').key('k1')).toEqual(storage.receiptRing.key('k1'))
    expect(web.serviceRing('group1', '100001').key('k1')).toEqual(storage.serviceRing.key('k1'))
    expect(storage.kids).toEqual(['k1'])
  })

  it('are derived once for each ring', () => {
    const web = open(master)
    expect(web.ticketRing('group1').key('k1')).toBe(web.ticketRing('group1').key('k1'))
    expect(web.receiptRing('group1', '100001').key('k1')).toBe(web.receiptRing('group1', '100001').key('k1'))
  })

  it('differ by purpose, group and storage', () => {
    const { ticketRing, receiptRing, serviceRing } = open(master)
    const rings = [
      ticketRing('group1'),
      ticketRing('group2'),
      receiptRing('group1', '100001'),
      receiptRing('group1', '100002'),
      receiptRing('group2', '100001'),
      serviceRing('group1', '100001'),
      serviceRing('group1', '100002'),
    ]
    expect(new Set(rings.map((ring) => ring.key('k1')?.toString('hex'))).size).toBe(rings.length)
  })

  it('do not let a storage sign in the name of another one', () => {
    const second = openStorage(master, 'group1', '100002')
    const forged = sign({ ...ticket, mem: '100001' }, second.serviceRing)
    expect(codeOf(() => verify(forged, 'sv', open(master).serviceRing('group1', '100001'), now))).toBe('bad_mac')
  })

  it('refuse a group or storage id with a slash', () => {
    expect(() => open(master).ticketRing('a/b')).toThrow(KeyFileError)
    expect(() => open(master).receiptRing('group1', '1/2')).toThrow(KeyFileError)
    expect(() => open(master).exportStorageKeys('', '1')).toThrow(KeyFileError)
  })
})

describe('rotation', () => {
  it('puts the newest key last, whatever its name, also after the file was read again', () => {
    let file = createMasterKeys()
    const names = [file.current]
    for (let i = 0; i < 500; i += 1) {
      const added = addMasterKey(file)
      names.push(added.kid)
      file = JSON.parse(formatKeyFile(added.file))
    }
    expect(Object.keys(file.kids)).toEqual(names)
  })

  it('keeps tokens of both kids valid until the old one is dropped', () => {
    const before = createMasterKeys()
    const oldKid = before.current
    const { file: both, kid: newKid } = addMasterKey(before)
    expect(open(both).current).toBe(oldKid)

    const storage = openStorage(both, 'group1', '100001')
    expect(storage.kids).toEqual(expect.arrayContaining([oldKid, newKid]))
    const switched = switchMasterKey(both, newKid)
    const oldToken = sign(ticket, open(both).serviceRing('group1', '100001'))
    const newToken = sign(ticket, open(switched).serviceRing('group1', '100001'))
    expect(oldToken.split('.')[1]).toBe(oldKid)
    expect(newToken.split('.')[1]).toBe(newKid)
    // The storage has the file from before the switch: it verifies both.
    for (const token of [oldToken, newToken]) expect(verify(token, 'sv', storage.serviceRing, now)).toEqual(ticket)

    const after = dropMasterKey(switched, oldKid)
    const storageAfter = openStorage(after, 'group1', '100001')
    expect(verify(newToken, 'sv', storageAfter.serviceRing, now)).toEqual(ticket)
    expect(codeOf(() => verify(oldToken, 'sv', storageAfter.serviceRing, now))).toBe('unknown_key')
  })

  it('refuses a token of the old key under the name of the new one', () => {
    const { file, kid } = addMasterKey(createMasterKeys())
    const token = sign(ticket, open(file).serviceRing('group1', '100001'))
    const renamed = token.replace(`v1.${file.current}.`, `v1.${kid}.`)
    expect(codeOf(() => verify(renamed, 'sv', open(file).serviceRing('group1', '100001'), now))).toBe('bad_mac')
  })

  it('refuses to drop the key that signs and to switch to one that is not there', () => {
    const file = createMasterKeys()
    expect(() => dropMasterKey(file, file.current)).toThrow(KeyFileError)
    expect(() => switchMasterKey(file, 'nobody')).toThrow(KeyFileError)
    expect(() => switchMasterKey(file, 'constructor')).toThrow(KeyFileError)
  })

  it('draws fresh secrets each time', () => {
    const [a, b] = [createMasterKeys(), createMasterKeys()]
    expect(Object.values(a.kids)[0]).not.toBe(Object.values(b.kids)[0])
    expect(Buffer.from(Object.values(a.kids)[0] ?? '', 'base64')).toHaveLength(32)
  })
})

describe('key files', () => {
  const secret = Buffer.alloc(32, 1).toString('base64')

  it.each([
    ['no JSON', '{"current"'],
    ['an array', '[]'],
    ['null', 'null'],
    ['no kids', '{"current":"k1"}'],
    ['kids as a list', '{"current":"0","kids":["x"]}'],
    ['no current', `{"kids":{"k1":"${secret}"}}`],
    ['a current that is not among the kids', `{"current":"k2","kids":{"k1":"${secret}"}}`],
    ['a current that every object has', `{"current":"toString","kids":{"k1":"${secret}"}}`],
    ['a kid with a dot', `{"current":"k.1","kids":{"k.1":"${secret}"}}`],
    ['a secret of 31 bytes', `{"current":"k1","kids":{"k1":"${Buffer.alloc(31).toString('base64')}"}}`],
    ['an empty secret', '{"current":"k1","kids":{"k1":""}}'],
    ['a secret that is no text', '{"current":"k1","kids":{"k1":1}}'],
  ])('with %s are refused as master.json', (_what, text) => {
    expect(() => openMasterKeys(text)).toThrow(KeyFileError)
  })

  it.each([
    ['a master key instead of three', `{"current":"k1","kids":{"k1":"${secret}"}}`],
    ['no service key', `{"current":"k1","kids":{"k1":{"ticket":"${secret}","receipt":"${secret}"}}}`],
    ['a bad key', `{"current":"k1","kids":{"k1":{"ticket":"${secret}","receipt":"${secret}","service":"x"}}}`],
  ])('with %s are refused as keys.json', (_what, text) => {
    expect(() => openStorageKeys(text)).toThrow(KeyFileError)
  })

  it('never appear in an error', () => {
    const broken = `{"current":"k1","kids":{"k1":"${secret}"}`
    expect.assertions(2)
    try {
      openMasterKeys(broken)
    } catch (error) {
      expect(String(error)).not.toContain(secret.slice(0, 8))
      expect(error).not.toHaveProperty('cause.message')
    }
  })
})
