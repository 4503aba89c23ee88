import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { ConnectionPool, ServerError, Status } from '@cairn/dfs-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BuddyLink } from '../src/buddy/buddy-link.ts'
import { PartShipment } from '../src/buddy/part-shipment.ts'
import { PieceBuffers } from '../src/buddy/piece-buffers.ts'
import { StorageStatus } from '../src/engine/members.ts'
import type { Shipping } from '../src/parts/shipping.ts'
import { startCluster, type TestCluster, type TestStorage, until } from './cluster.ts'
import { tusCalls } from './http/http-call.ts'
import { addWebMember } from './http/web-member.ts'
import { createWebKeys, newUploadId, startWebStorage, type WebStorage } from './http/web-storage.ts'

// One upload whose copy is to go to the member that the test names.

const MIB = 1024 * 1024
const SIZE = 4 * MIB
const HERE = 3 * MIB

/** Takes one piece; then its connections break. */
class BreakingLink extends BuddyLink {
  #pieces = 0

  override send(piece: Buffer, size: number): Promise<number> {
    this.#pieces += 1
    return this.#pieces === 1 ? super.send(piece, size) : Promise.reject(new Error('broken off'))
  }
}

let cluster: TestCluster
let pool: ConnectionPool
let one: WebStorage
let near: TestStorage
let far: TestStorage
let target: BuddyLink
let shipment: PartShipment | null = null

/** Starts the storage whose upload it is. */
async function startOne(): Promise<WebStorage> {
  const folder = join(cluster.folder, 'one')
  mkdirSync(folder)
  createWebKeys(cluster.folder, '100001', folder)
  const shipping: Shipping = {
    follow(part) {
      shipment ??= new PartShipment(part, {
        findBuddy: () => Promise.resolve(target),
        likelyBuddy: () => target.id,
        superseded: () => undefined,
        shipped: () => undefined,
        report: () => undefined,
      })
      return shipment
    },
    forget: () => shipment?.end(),
    close: async () => await shipment?.settled(),
  }
  return await startWebStorage({ folder, startShipping: () => shipping })
}

beforeAll(async () => {
  cluster = await startCluster([])
  pool = new ConnectionPool()
  near = await addWebMember(cluster, '100002')
  far = await addWebMember(cluster, '100003')
  one = await startOne()
})
afterAll(async () => {
  await one.close()
  pool.close()
  await cluster.close()
})

function linkTo({ id, running }: TestStorage, Link: typeof BuddyLink = BuddyLink): BuddyLink {
  const member = { id, ip: '127.0.0.1', port: running.tcpPort, status: StorageStatus.ACTIVE }
  const { signal } = new AbortController()
  return new Link(member, new PieceBuffers(), { pool, group: 'group1', storageId: '100001', answerMs: 60_000, signal })
}

async function bytesAt(storage: TestStorage, upl: string): Promise<number | null> {
  try {
    return (await storage.client.partStat(upl)).offset
  } catch (error) {
    if (error instanceof ServerError && error.status === Status.ENOENT) return null
    throw error
  }
}

it('a copy that was to move, and is back before it was whole elsewhere, leaves nothing there', async () => {
  target = linkTo(near)
  const upl = newUploadId()
  const calls = tusCalls(one.http.port, upl, createWebKeys(cluster.folder).upload({ upl, len: SIZE }))
  await calls.create(SIZE)
  await calls.patch(0, randomBytes(HERE))
  await until('the one has all', async () => (await bytesAt(near, upl)) === HERE)

  target = linkTo(far, BreakingLink)
  await until('the other one has a piece', async () => {
    shipment?.reconsider()
    shipment?.pump()
    return ((await bytesAt(far, upl)) ?? 0) > 0
  })
  target = linkTo(near)
  await until('the other one has none', async () => {
    shipment?.pump()
    return (await bytesAt(far, upl)) === null
  })
  expect(await bytesAt(near, upl)).toBe(HERE)
})
