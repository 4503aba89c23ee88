import { randomBytes } from 'node:crypto'
import { sign } from '@cairn/dfs-core/tickets'
import { runConformance, type Target } from '@cairn/tus-conformance'
import { expect, it } from 'vitest'
import { db } from '../src/lib/db.ts'
import { dfs } from '../src/lib/dfs.ts'
import { masterKeys } from '../src/lib/keys.ts'
import { startGatewayDrive } from './support/gateway-drive.ts'
import { gatewayLacks, gatewayViolates } from './support/gateway-tus.ts'
import { GROUP, STORAGE_ID } from './support/receipts.ts'

const SIZE_MAX = 10_000_000
const HOUR_SECONDS = 3600
/** Some hundred requests, each with storages and a database behind it. */
const TIME_MAX_MS = 300_000
const LONG_AGO = new Date('2026-01-01')

const drive = await startGatewayDrive({ sizeMax: SIZE_MAX })

const uploadOf = (url: string) => new URL(url).pathname.split('/').at(-1) ?? ''

function ticketFor(upl: string, len: number): string {
  const iat = Math.floor(Date.now() / 1000)
  const place = { grp: GROUP, mem: STORAGE_ID, upl, ep: 1 }
  const names = { ext: 'bin', own: 'owner', ent: 'entry' }
  const ops = ['create', 'write', 'head', 'end'] as const
  const ticket = { typ: 'up', ...place, ...names, len, ops: [...ops], iat, exp: iat + HOUR_SECONDS } as const
  return sign(ticket, masterKeys().ticketRing(GROUP))
}

/** The gateway for the tus conformance suite: each upload has a ticket of its own. */
function target(): Target {
  const tickets = new Map<string, string>()
  const authorization = (upl: string) => ({ Authorization: `Bearer ${tickets.get(upl)}` })
  return {
    url: `${drive.gatewayUrl}/files/`,
    headersFor({ uploadUrl, lengthMax }) {
      const upl = uploadUrl === null ? randomBytes(16).toString('hex') : uploadOf(uploadUrl)
      if (!tickets.has(upl)) tickets.set(upl, ticketFor(upl, lengthMax))
      return authorization(upl)
    },
    async read(url) {
      const upl = uploadOf(url)
      let row = await db().spooledUpload.findUniqueOrThrow({ where: { upl } })
      while (row.fileId === null) {
        await fetch(`${url}/receipt`, { headers: authorization(upl) })
        row = await db().spooledUpload.findUniqueOrThrow({ where: { upl } })
      }
      return await dfs().downloadBuffer(row.fileId)
    },
    async expire(url) {
      await db().spooledUpload.update({ where: { upl: uploadOf(url) }, data: { changedAt: LONG_AGO } })
    },
  }
}

it(
  'the gateway keeps every demand of tus 1.0.0, but for what it does otherwise by design',
  async () => {
    const results = await runConformance(target())
    const violated = results.filter(({ outcome }) => outcome === 'violated')
    const reasons = violated.map(({ requirement, reason }) => [requirement.id, reason])
    expect(reasons.filter(([id = '']) => gatewayViolates[id] === undefined)).toEqual([])
    expect(violated.map(({ requirement }) => requirement.id)).toEqual(Object.keys(gatewayViolates))
    const unseen = results.filter(({ outcome }) => outcome === 'not testable')
    expect([...new Set(unseen.map(({ requirement }) => requirement.extension))]).toEqual(gatewayLacks)
  },
  TIME_MAX_MS,
)
