import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { call, tusCalls } from './http/http-call.ts'
import {
  createWebKeys,
  newFolder,
  newUploadId,
  removeFolder,
  startWebStorage,
  type WebKeys,
  type WebStorage,
} from './http/web-storage.ts'

const WEB_URL = 'http://127.0.0.1:3000'
const FILE = 'group1/M00/00/00/oYYBAGkgU_-AQAAAAAAABeDbnPs1234567.txt'
const OUTSIDE = {
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Host': 'files.example',
  'X-Forwarded-Prefix': '/100001',
}

let folder: string
let web: WebKeys
let storage: WebStorage
let logged: string[]

beforeEach(() => {
  folder = newFolder()
  web = createWebKeys(folder)
  logged = []
})
afterEach(async () => {
  await storage.close()
  removeFolder(folder)
})

async function start(trustedProxies: readonly string[]): Promise<void> {
  const http = { webUrl: WEB_URL, trustedProxies }
  storage = await startWebStorage({ folder, http, onLog: (line) => logged.push(line) })
}

async function locationSeen(upl: string): Promise<string | undefined> {
  const calls = tusCalls(storage.http.port, upl, web.upload({ upl, len: 10 }))
  return (await calls.create(10, OUTSIDE)).headers.location
}

/** The status for somebody who comes with an expired address from there. */
async function statusFor(address: string): Promise<number> {
  const t = web.download({ fid: FILE, sz: 5, exp: Math.floor(Date.now() / 1000) - 3600 })
  const headers = { 'X-Forwarded-For': address }
  return (await call(storage.http.port, { path: `/${FILE}?t=${t}`, headers })).status
}

const addressesLogged = () =>
  logged.flatMap((line) => {
    const { msg, remoteAddress } = JSON.parse(line) as { msg: string; remoteAddress?: string }
    return msg === 'http' ? [remoteAddress] : []
  })

describe('behind a proxy that it trusts, a storage', () => {
  beforeEach(() => start(['127.0.0.1']))

  it('tells where an upload is by the address that its client knows', async () => {
    const upl = newUploadId()
    expect(await locationSeen(upl)).toBe(`https://files.example/100001/files/${upl}`)
  })

  it('tells clients apart: one that goes round in a circle does not stop another', async () => {
    const statuses = [await statusFor('192.0.2.7'), await statusFor('192.0.2.8'), await statusFor('192.0.2.7')]
    expect(statuses).toEqual([302, 302, 401])
    await expect.poll(addressesLogged).toEqual(['192.0.2.7', '192.0.2.8', '192.0.2.7'])
  })
})

describe('behind nobody that it trusts, a storage', () => {
  beforeEach(() => start(['10.0.0.0/8']))

  it('tells where an upload is by its path alone', async () => {
    const upl = newUploadId()
    expect(await locationSeen(upl)).toBe(`/files/${upl}`)
  })

  it('takes no client for another one because it says so', async () => {
    expect([await statusFor('192.0.2.7'), await statusFor('192.0.2.8')]).toEqual([302, 401])
    await expect.poll(addressesLogged).toEqual(['127.0.0.1', '127.0.0.1'])
  })
})
