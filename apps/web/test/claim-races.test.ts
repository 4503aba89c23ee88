import { randomBytes, randomInt } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { crc32 } from '@cairn/dfs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertUploads, reserveSpace } from '../src/features/uploads/server/insert-uploads.ts'
import { openClaim } from '../src/features/uploads/server/open-claim.ts'
import { proveClaim } from '../src/features/uploads/server/prove-claim.ts'
import { reconcileUploads } from '../src/features/uploads/server/reconcile.ts'
import { db, inTransaction } from '../src/lib/db.ts'
import { dfs } from '../src/lib/dfs.ts'
import { newPublicId, newUploadId } from '../src/lib/public-id.ts'
import { auditQuotas } from '../src/worker/audit-quota.ts'
import { collectGarbage } from '../src/worker/garbage.ts'
import { reapBlob } from '../src/worker/reaper.ts'
import { startApiServer } from './support/api-server.ts'
import { TestCluster } from './support/cluster.ts'
import { freshDatabase } from './support/database.ts'
import { newPerson, type Person, signedInBrowser } from './support/people.ts'
import { holders } from './support/stored-files.ts'
import { proofOf, reachable, sha256, UploadClient } from './support/upload-client.ts'

const cluster = new TestCluster()
await cluster.start()
await freshDatabase()
let server: Awaited<ReturnType<typeof startApiServer>>
const MIB = 1024 * 1024
const REAPER_ROUNDS = 200
const RACES_AT_ONCE = 10

beforeAll(async () => {
  server = await startApiServer()
})
afterAll(async () => {
  await server.close()
  await cluster.close()
})

async function newClient(): Promise<{ client: UploadClient; person: Person }> {
  const { browser, person } = await signedInBrowser(server.url)
  return { client: new UploadClient(browser), person }
}

/** Content of somebody, stored, with an entry. */
async function storedFile(owner: Person, content: Buffer): Promise<{ blobId: bigint; entryId: bigint }> {
  const fileId = await dfs().upload(content, { ext: 'bin' })
  const hash = Buffer.from(sha256(content), 'hex')
  const size = BigInt(content.length)
  const blob = await db().blob.create({
    data: { sha256: hash, head: hash, crc32: BigInt(crc32(content)), size, contentType: 'text/plain', fileId },
  })
  const entry = await db().entry.create({
    data: {
      publicId: newPublicId(),
      ownerId: owner.id,
      parentId: owner.rootId,
      kind: 1,
      name: newPublicId(),
      sortKey: 'a',
      category: 'other',
      blobId: blob.id,
      size,
    },
  })
  await db().quota.update({ where: { userId: owner.id }, data: { used: { increment: size } } })
  return { blobId: blob.id, entryId: entry.id }
}

/** An upload as starting one leaves it behind; its id. */
async function startedUpload(owner: Person, size: number): Promise<string> {
  const upl = newUploadId()
  await inTransaction(async (tx) => {
    await reserveSpace(tx, owner.id, size)
    const place = { group: 'group1', storageId: '100001', folderId: owner.rootId, entryPublicId: newPublicId() }
    const file = { name: `${upl}.bin`, size, ext: 'bin', conflict: 'keep' as const, modifiedAt: null }
    await insertUploads(tx, [{ upl, ownerId: owner.id, state: 'uploading', ...place, ...file }])
  })
  return upl
}

async function preparedClaim(person: Person, content: Buffer): Promise<() => ReturnType<typeof proveClaim>> {
  const uploadId = await startedUpload(person, content.length)
  const challenge = await openClaim(person.id, uploadId, { sha256: sha256(content), size: content.length })
  const answer = proofOf(uploadId, challenge, content)
  return () => proveClaim({ id: person.id, uploadId, headers: new Headers() }, { nonce: challenge.nonce, answer })
}

/** Milliseconds that as many claims as will race at once take on this machine now, with nobody against them. */
async function timeOfClaims(person: Person): Promise<number> {
  const claims = await Promise.all(
    Array.from({ length: RACES_AT_ONCE }, async () => {
      const content = randomBytes(1000)
      await storedFile(person, content)
      return await preparedClaim(person, content)
    }),
  )
  const startedAt = performance.now()
  await Promise.all(claims.map((prove) => prove()))
  return Math.ceil(performance.now() - startedAt)
}

/** What a person does who deletes the last entry for good, and the reaper right after it. */
async function deleteAndReap(owner: Person, blobId: bigint, entryId: bigint): Promise<void> {
  const { size } = await db().entry.delete({ where: { id: entryId } })
  await db().quota.update({ where: { userId: owner.id }, data: { used: { decrement: size } } })
  await reapBlob(blobId)
}

describe('a claim', () => {
  it(`against the reaper, ${REAPER_ROUNDS} times: the content lives and is an entry, or it is refused`, async () => {
    const person = await newPerson()
    const outcomes = { proven: 0, refused: 0 }
    const withinMs = await timeOfClaims(person)
    const round = async () => {
      const content = randomBytes(1000)
      const { blobId, entryId } = await storedFile(person, content)
      const prove = await preparedClaim(person, content)
      return () => {
        const reaped = wait(randomInt(withinMs)).then(() => deleteAndReap(person, blobId, entryId))
        const answered = prove()
        const settled = Promise.all([answered, reaped]).then(async ([answer]) => {
          const { live } = await db().blob.findUniqueOrThrow({ where: { id: blobId } })
          expect(live).toBe(answer.proven)
          expect(await db().entry.count({ where: { blobId } })).toBe(answer.proven ? 1 : 0)
          outcomes[answer.proven ? 'proven' : 'refused'] += 1
        })
        return { reaped, settled }
      }
    }
    const settled: Promise<void>[] = []
    for (let done = 0; done < REAPER_ROUNDS; done += RACES_AT_ONCE) {
      const races = (await Promise.all(Array.from({ length: RACES_AT_ONCE }, round))).map((race) => race())
      settled.push(...races.map((race) => race.settled))
      // Refusals come late; the next races need not wait for them.
      await Promise.all(races.map((race) => race.reaped))
    }
    await Promise.all(settled)
    expect(outcomes.proven + outcomes.refused).toBe(REAPER_ROUNDS)
    expect(outcomes.proven).toBeGreaterThan(0)
    expect(outcomes.refused).toBeGreaterThan(0)
    expect(await auditQuotas()).toEqual([])
  }, 180_000)

  it('of two people at once gives each an entry of the same content', async () => {
    const [owner, one, two] = [await newPerson(), await newPerson(), await newPerson()]
    const content = randomBytes(MIB)
    const { blobId } = await storedFile(owner, content)
    const claims = await Promise.all([preparedClaim(one, content), preparedClaim(two, content)])
    const answers = await Promise.all(claims.map((prove) => prove()))
    expect(answers.map(({ proven }) => proven)).toEqual([true, true])
    expect(await db().entry.count({ where: { blobId } })).toBe(3)
    expect(await auditQuotas()).toEqual([])
  })

  it('of one upload twice at once gives one entry, twice the same', async () => {
    const [{ client: owner }, { client, person }] = [await newClient(), await newClient()]
    const content = randomBytes(MIB)
    await owner.upload(content)
    const started = await client.start(content)
    const answers = await Promise.all([client.claimWith(started, content), client.claimWith(started, content)])
    expect(answers[0]).toMatchObject({ proven: true })
    expect(answers[1]).toEqual(answers[0])
    expect(await db().entry.count({ where: { ownerId: person.id, kind: 1 } })).toBe(1)
  })

  it('against the end of the sending: one entry, and the file that is not needed goes', async () => {
    const [{ client: owner }, { client, person }] = [await newClient(), await newClient()]
    for (let round = 0; round < 8; round += 1) {
      const content = randomBytes(MIB)
      await owner.upload(content)
      const started = await client.start(content)
      const receipt = await client.send(started, content)
      const challenge = await client.challenge(started, content)
      const proof = proofOf(started.uploadId, challenge, content)
      const [proven, completed] = await Promise.all([
        client.prove(started, challenge.nonce, proof),
        wait(randomInt(30)).then(() => client.complete(started, receipt)),
      ])
      expect(proven).toMatchObject({ proven: true, entry: completed.entry })
    }
    expect(await db().entry.count({ where: { ownerId: person.id, kind: 1 } })).toBe(8)
    expect(await auditQuotas()).toEqual([])
    await expect
      .poll(async () => (await reconcileUploads(0)).garbage + (await db().dfsGarbage.count()))
      .toBeGreaterThan(0)
    const surplus = await db().dfsGarbage.findMany()
    await expect
      .poll(async () => {
        await db().dfsGarbage.updateMany({ data: { notBefore: new Date(0) } })
        await collectGarbage()
        return await db().dfsGarbage.count()
      })
      .toBe(0)
    for (const { fileId } of surplus) await expect.poll(() => holders(fileId)).toBe(0)
  })

  it('that cannot be judged because the storages are down is refused, and the upload goes on', async () => {
    const [{ client: owner }, { client }] = [await newClient(), await newClient()]
    const content = randomBytes(MIB)
    await owner.upload(content)
    const started = await client.start(content)
    const challenge = await client.challenge(started, content)
    await Promise.all(['100001', '100002'].map((id) => cluster.stopStorage(id)))
    const proof = proofOf(started.uploadId, challenge, content)
    expect(await client.prove(started, challenge.nonce, proof)).toEqual({ proven: false })
    await Promise.all(['100001', '100002'].map((id) => cluster.startStorage(id)))
    await cluster.whenActive(['100001', '100002'])
    const renew = async () => (await client.browser.post(`/api/uploads/${started.uploadId}/ticket`, {})).body
    const answers = (endpoint: string) =>
      fetch(reachable(endpoint), { method: 'OPTIONS' }).then(
        () => true,
        () => false,
      )
    await expect.poll(async () => answers((await renew()).endpoint)).toBe(true)
    const renewed = await renew()
    const receipt = await client.send({ ...started, ...renewed }, content)
    expect(await client.complete(started, receipt)).toMatchObject({ ok: true })
  })
})
