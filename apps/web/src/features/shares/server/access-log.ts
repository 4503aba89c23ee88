import { isIPv6 } from 'node:net'
import { Prisma } from '../../../generated/prisma/client.ts'
import type { Client } from '../../../lib/client-address.ts'
import { db } from '../../../lib/db.ts'
import { deviceOf } from '../../../lib/device-name.ts'
import type { ShareAccesses } from '../schema.ts'

const PAGE_SIZE = 50
const NAME_CHARS_MAX = 300

/** Enough to tell one visitor from another, too little to find a home: '203.0.113.…', '2001:db8:7:…'. */
export function shortAddress(ip: string): string {
  if (isIPv6(ip)) return `${ip.split(':').slice(0, 3).join(':')}:…`
  const parts = ip.split('.')
  return parts.length === 4 ? `${parts.slice(0, 3).join('.')}.…` : ''
}

/** 'Firefox · Windows', as far as the browser says. */
export function deviceText(userAgent: string): string {
  const { browser, system } = deviceOf(userAgent)
  return [browser, system].filter((name) => name !== null).join(' · ')
}

type Action = ShareAccesses['accesses'][number]['action']

/** One line of what happened to a link. `entryName`: what was downloaded; without it the whole link. */
export async function recordAccess(shareId: bigint, client: Client, action: Action, entryName?: string): Promise<void> {
  await db().shareAccess.create({
    data: {
      shareId,
      address: shortAddress(client.ip),
      device: deviceText(client.userAgent),
      action,
      entryName: entryName?.slice(0, NAME_CHARS_MAX) ?? null,
    },
  })
}

/** What happened to a link of this owner, the latest first. */
export async function listAccesses(shareId: bigint, before: string | undefined): Promise<ShareAccesses> {
  const rows = await db().$queryRaw<
    { id: bigint; at: Date; address: string; device: string; action: Action; entry_name: string | null }[]
  >`
    SELECT id, at, address, device, action, entry_name FROM share_access
    WHERE share_id = ${shareId} ${before === undefined ? Prisma.empty : Prisma.sql`AND id < ${before}::bigint`}
    ORDER BY id DESC LIMIT ${PAGE_SIZE + 1}`
  const page = rows.slice(0, PAGE_SIZE)
  return {
    accesses: page.map(({ id, at, address, device, action, entry_name }) => {
      return { id: String(id), at: at.toISOString(), address, device, action, name: entry_name }
    }),
    before: rows.length > PAGE_SIZE ? String(page.at(-1)?.id) : null,
  }
}
