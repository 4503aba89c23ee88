import { expect, it } from 'vitest'
import { LeftStorages } from './left-storages.ts'

const place = (storageName: string) => ({
  storageName,
  endpoint: '',
  uploadUrl: '',
  ticket: '',
  ticketExpiresAt: '',
  receivedAt: 0,
})
const job = (storageName: string) => ({ place: place(storageName), begun: false, allSent: false })

it('a storage that was left is left for five minutes, however many more leave it meanwhile', () => {
  const left = new LeftStorages()
  left.leave('100001', 0)
  left.leave('100001', 299_000)
  expect([left.isLeft('100001', 299_999), left.isLeft('100001', 300_000)]).toEqual([true, false])
  expect([left.all(299_999), left.all(300_000)]).toEqual([['100001'], []])
  left.leave('100001', 300_000)
  expect(left.all(599_999)).toEqual(['100001'])
})

it('only files that nothing is sent of yet are led away from it', () => {
  const left = new LeftStorages()
  left.leave('100001', 0)
  expect(left.leadsAway(job('100001'), 1)).toBe(true)
  expect(left.leadsAway(job('100002'), 1)).toBe(false)
  expect(left.leadsAway({ ...job('100001'), begun: true }, 1)).toBe(false)
  expect(left.leadsAway({ ...job('100001'), allSent: true }, 1)).toBe(false)
  expect(left.leadsAway({ ...job('100001'), place: null }, 1)).toBe(false)
})

it('a storage that is the only one is tried again', () => {
  const left = new LeftStorages()
  left.leave('100001', 0)
  left.comeBack('100001')
  expect(left.leadsAway(job('100001'), 1)).toBe(false)
})
