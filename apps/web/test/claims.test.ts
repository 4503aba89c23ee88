import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { db } from '../src/lib/db.ts'
import { forgetSettings } from '../src/lib/settings.ts'
import { reapBlob } from '../src/worker/reaper.ts'
import { startApiServer } from './support/api-server.ts'
import { TestCluster } from './support/cluster.ts'
import { freshDatabase } from './support/database.ts'
import { type Person, signedInBrowser } from './support/people.ts'
import { proofOf, reachable, sha256, UploadClient } from './support/upload-client.ts'

const cluster = new TestCluster()
await cluster.start()
await freshDatabase()
let server: Awaited<ReturnType<typeof startApiServer>>
let owner: UploadClient

// A refusal takes 2.5 s, in which nothing is computed. Few enough at once that the right answers are judged in time.
vi.setConfig({ maxConcurrency: 3 })

const MIB = 1024 * 1024
const newContent = (size = 2 * MIB) => randomBytes(size)
const REFUSED_MS = 500

beforeAll(async () => {
  server = await startApiServer()
  owner = new UploadClient((await signedInBrowser(server.url)).browser)
})
afterAll(async () => {
  await server.close()
  await cluster.close()
})

async function newClaimant(): Promise<{ claimant: UploadClient; person: Person }> {
  const { browser, person } = await signedInBrowser(server.url)
  return { claimant: new UploadClient(browser), person }
}

async function setting(key: string, value: string | number): Promise<void> {
  await db().setting.upsert({ where: { key }, create: { key, value }, update: { value } })
  forgetSettings()
}

async function quotaOf({ id }: Person): Promise<{ used: number; reserved: number }> {
  const row = await db().quota.findUniqueOrThrow({ where: { userId: id } })
  return { used: Number(row.used), reserved: Number(row.reserved) }
}

const rowOf = ({ uploadId }: { uploadId: string }) => db().upload.findUniqueOrThrow({ where: { upl: uploadId } })
const filesOf = ({ id }: Person) => db().entry.findMany({ where: { ownerId: id, kind: 1 } })

const claimLines = ({ id }: Person) => db().audit.findMany({ where: { actorId: id, action: { startsWith: 'claim.' } } })

async function download(client: UploadClient, entryId: string): Promise<Buffer> {
  const redirect = await client.browser.get(`/api/drive/entries/${entryId}/download`)
  return Buffer.from(await (await fetch(reachable(String(redirect.headers['location'])))).arrayBuffer())
}

async function refusedIn(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  expect(await work()).toEqual({ proven: false })
  return performance.now() - startedAt
}

describe.concurrent('somebody who has the content', () => {
  for (const size of [2 * MIB, 9 * MIB]) {
    it(`of ${size / MIB} MiB that is stored gets it at once, without sending a byte, whoever stored it`, async () => {
      const { claimant, person } = await newClaimant()
      const content = newContent(size)
      await owner.upload(content)
      const started = await claimant.start(content, { name: 'mine.bin' })
      expect(started.hash).toBe(true)
      const answer = await claimant.claimWith(started, content)
      expect(answer).toMatchObject({ proven: true, entry: { name: 'mine.bin', size } })
      expect(await rowOf(started)).toMatchObject({ state: 'committed', method: 'instant', reservedBytes: 0n })
      expect(await quotaOf(person)).toEqual({ used: size, reserved: 0 })
      expect(sha256(await download(claimant, answer.proven ? (answer.entry?.id ?? '') : ''))).toBe(sha256(content))
    })
  }

  it('keeps it when the first owner deletes theirs', async () => {
    const { claimant } = await newClaimant()
    const content = newContent()
    const first = await owner.upload(content)
    const started = await claimant.start(content)
    const answer = await claimant.claimWith(started, content)
    const entry = await db().entry.findUniqueOrThrow({ where: { publicId: first } })
    await db().entry.delete({ where: { id: entry.id } })
    await db().quota.updateMany({ where: { userId: entry.ownerId }, data: { used: { decrement: entry.size } } })
    expect(await reapBlob(entry.blobId ?? 0n)).toBe('in use')
    expect(sha256(await download(claimant, answer.proven ? (answer.entry?.id ?? '') : ''))).toBe(sha256(content))
  })

  it('that nobody stores is refused after the same time, and the upload goes on', async () => {
    const { claimant } = await newClaimant()
    const content = newContent()
    const started = await claimant.start(content)
    const took = await refusedIn(() => claimant.claimWith(started, content))
    expect(took).toBeGreaterThanOrEqual(REFUSED_MS)
    expect(await claimant.complete(started, await claimant.send(started, content))).toMatchObject({ ok: true })
    expect(await rowOf(started)).toMatchObject({ state: 'committed', method: 'sent' })
  })

  it('of less than 1 MiB gets only what they keep themselves', async () => {
    const { claimant } = await newClaimant()
    const content = newContent(MIB - 1)
    await owner.upload(content)
    const [theirs, own] = [await claimant.start(content), await owner.start(content)]
    expect([theirs.hash, own.hash]).toEqual([false, true])
    expect(await owner.claimWith(own, content)).toMatchObject({ proven: true })
    await refusedIn(() => claimant.claimWith(theirs, content))
  })

  it('is written down when it was somebody else’s', async () => {
    const { claimant, person } = await newClaimant()
    const content = newContent()
    await owner.upload(content)
    const started = await claimant.start(content)
    await claimant.claimWith(started, content)
    const lines = await claimLines(person)
    expect(lines.map(({ action, targetId }) => [action, targetId])).toEqual([['claim.granted', started.uploadId]])
  })
})

// One after the other: settings are everybody’s.
describe('somebody who has the content, by the settings,', () => {
  it('gets no other person’s where the scope is the person, and nothing where it is off', async () => {
    const { claimant } = await newClaimant()
    const content = newContent()
    await owner.upload(content)
    try {
      await setting('instantScope', 'person')
      const theirs = await claimant.start(content)
      expect(theirs.hash).toBe(false)
      await refusedIn(() => claimant.claimWith(theirs, content))
      expect(await owner.claimWith(await owner.start(content), content)).toMatchObject({ proven: true })
      await setting('instantScope', 'off')
      const none = await owner.start(content)
      expect(none.hash).toBe(false)
      await refusedIn(() => owner.claimWith(none, content))
    } finally {
      await setting('instantScope', 'site')
    }
  })

  it('gets it only while enough people keep it', async () => {
    const { claimant } = await newClaimant()
    const content = newContent()
    await owner.upload(content)
    try {
      await setting('instantMinHolders', 2)
      await refusedIn(async () => claimant.claimWith(await claimant.start(content), content))
      expect(await owner.claimWith(await owner.start(content), content)).toMatchObject({ proven: true })
    } finally {
      await setting('instantMinHolders', 1)
    }
  })
})

describe.concurrent('somebody who has not the content', () => {
  it('but its hash is refused, and it is written down', async () => {
    const { claimant, person } = await newClaimant()
    const content = newContent()
    await owner.upload(content)
    const started = await claimant.start(content)
    const challenge = await claimant.challenge(started, content)
    const guess = proofOf(started.uploadId, challenge, Buffer.alloc(content.length), sha256(content))
    const took = await refusedIn(() => claimant.prove(started, challenge.nonce, guess))
    expect(took).toBeGreaterThanOrEqual(REFUSED_MS)
    const lines = await claimLines(person)
    expect(lines.map(({ action }) => action)).toEqual(['claim.refused'])
    expect(await rowOf(started)).toMatchObject({ state: 'uploading' })
    expect(await filesOf(person)).toHaveLength(0)
  })

  it('but all of it except the last byte is refused', async () => {
    const { claimant } = await newClaimant()
    const content = newContent(9 * MIB)
    await owner.upload(content)
    const almost = Buffer.from(content)
    almost.writeUInt8(almost.readUInt8(almost.length - 1) ^ 1, almost.length - 1)
    const started = await claimant.start(content)
    const challenge = await claimant.challenge(started, content)
    const answer = proofOf(started.uploadId, challenge, almost, sha256(content))
    await refusedIn(() => claimant.prove(started, challenge.nonce, answer))
  })

  it('cannot use an answer twice, nor after its minute, nor one that was made for another upload', async () => {
    const { claimant, person } = await newClaimant()
    const content = newContent()
    await owner.upload(content)
    const [first, second] = [await claimant.start(content), await claimant.start(content)]
    const challenge = await claimant.challenge(first, content)
    const answer = proofOf(first.uploadId, challenge, content)
    const late = await claimant.challenge(second, content)
    await db().claimChallenge.updateMany({
      where: { nonce: Buffer.from(late.nonce, 'hex') },
      data: { expiresAt: new Date(Date.now() - 1) },
    })
    await Promise.all([
      refusedIn(() => claimant.prove(second, challenge.nonce, answer)),
      refusedIn(() => claimant.prove(second, late.nonce, proofOf(second.uploadId, late, content))),
    ])
    expect(await claimant.prove(first, challenge.nonce, answer)).toMatchObject({ proven: true })
    await Promise.all([
      refusedIn(() => claimant.prove(second, challenge.nonce, answer)),
      refusedIn(() => claimant.prove(first, challenge.nonce, answer)),
    ])
    expect(await filesOf(person)).toHaveLength(1)
  })

  it('cannot use the nonce of somebody else, who can still use it', async () => {
    const { claimant } = await newClaimant()
    const content = newContent()
    await owner.upload(content)
    const thief = new UploadClient((await signedInBrowser(server.url)).browser)
    const mine = await claimant.start(content)
    const theirs = await thief.start(content)
    const challenge = await claimant.challenge(mine, content)
    await Promise.all([
      refusedIn(() => thief.prove(theirs, challenge.nonce, proofOf(theirs.uploadId, challenge, content))),
      refusedIn(() => thief.prove(mine, challenge.nonce, proofOf(mine.uploadId, challenge, content))),
    ])
    expect(await claimant.prove(mine, challenge.nonce, proofOf(mine.uploadId, challenge, content))).toMatchObject({
      proven: true,
    })
    expect((await thief.claim(mine, { sha256: sha256(content), size: content.length })).status).toBe(404)
  })

  it('cannot claim another size than was announced, nor for an upload that is over', async () => {
    const { claimant } = await newClaimant()
    const content = newContent()
    await owner.upload(content)
    const started = await claimant.start(content)
    const claimed = { sha256: sha256(content), size: content.length - 1 }
    expect(await claimant.claim(started, claimed)).toMatchObject({ status: 409, body: { code: 'upload_mismatch' } })
    await claimant.browser.delete(`/api/uploads/${started.uploadId}`)
    const whole = { sha256: sha256(content), size: content.length }
    expect(await claimant.claim(started, whole)).toMatchObject({ status: 410, body: { code: 'upload_gone' } })
  })

  it('and lies about the hash gets what was sent: the storage’s hash decides', async () => {
    const { claimant } = await newClaimant()
    const [stored, sent] = [newContent(), newContent()]
    await owner.upload(stored)
    const started = await claimant.start(sent)
    const challenge = await claimant.challenge(started, stored)
    await refusedIn(() =>
      claimant.prove(started, challenge.nonce, proofOf(started.uploadId, challenge, sent, sha256(stored))),
    )
    const { entry } = await claimant.complete(started, await claimant.send(started, sent))
    expect(sha256(await download(claimant, entry.id))).toBe(sha256(sent))
  })
})
