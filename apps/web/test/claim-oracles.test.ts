import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { db } from '../src/lib/db.ts'
import { startApiServer } from './support/api-server.ts'
import { TestCluster } from './support/cluster.ts'
import { freshDatabase } from './support/database.ts'
import { type Person, signedInBrowser } from './support/people.ts'
import { sha256, UploadClient } from './support/upload-client.ts'

const cluster = new TestCluster()
await cluster.start()
await freshDatabase()
let server: Awaited<ReturnType<typeof startApiServer>>
let owner: UploadClient
let prober: UploadClient
let person: Person

const MIB = 1024 * 1024
const FLOOR_MS = 500
const stored = randomBytes(2 * MIB)
const small = randomBytes(100_000)
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')

beforeAll(async () => {
  server = await startApiServer()
  owner = new UploadClient((await signedInBrowser(server.url)).browser)
  const somebody = await signedInBrowser(server.url)
  prober = new UploadClient(somebody.browser)
  person = somebody.person
  await owner.upload(stored)
  await owner.upload(small)
})
afterAll(async () => {
  await server.close()
  await cluster.close()
})

/** What it takes when nothing else is in the way: a busy machine adds to each, and says nothing about the two. */
const least = (values: number[]) => Math.min(...values)

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; result: T }> {
  const startedAt = performance.now()
  const result = await work()
  return { ms: performance.now() - startedAt, result }
}

const shapeOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shapeOf)
  if (value === null || typeof value !== 'object') return typeof value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]))
}

/** As if this person had tried so often already. */
async function haveTried(failures: number, ...what: string[]): Promise<void> {
  const key = createHash('sha256').update(JSON.stringify(what)).digest('hex')
  await db().attempt.update({ where: { key }, data: { failures } })
}

describe('whether a hash is stored', () => {
  it('shows neither in the challenge nor in its time', async () => {
    const started = await prober.start(stored)
    const known = { sha256: sha256(stored), size: stored.length }
    const times = { known: [] as number[], unknown: [] as number[] }
    const shapes = new Set<string>()
    const apart = () => Math.abs(least(times.known) - least(times.unknown))
    const allowed = () => 5 + 0.25 * least(times.unknown)
    // A busy machine needs more of them until one of each kind met nothing in its way.
    for (let round = 0; round < 40 || (round < 300 && apart() >= allowed()); round += 1) {
      const unknown = { sha256: hashOf(`nothing ${round}`), size: stored.length }
      for (const [kind, claimed] of [
        ['known', known],
        ['unknown', unknown],
      ] as const) {
        const { ms, result } = await timed(() => prober.claim(started, claimed))
        expect(result.status).toBe(200)
        times[kind].push(ms)
        shapes.add(JSON.stringify(shapeOf(result.body)))
      }
    }
    expect(shapes).toHaveLength(1)
    expect(apart()).toBeLessThan(allowed())
  })

  it('shows neither in the refusal nor in its time', async () => {
    const times = { known: [] as number[], unknown: [] as number[] }
    const one = async (kind: 'known' | 'unknown', index: number) => {
      // Another person each time: three failures at one content are all that somebody has.
      const client = new UploadClient((await signedInBrowser(server.url)).browser)
      const started = await client.start(stored)
      const hash = kind === 'known' ? sha256(stored) : hashOf(`nothing ${index}`)
      const { body } = await client.claim(started, { sha256: hash, size: stored.length })
      return async () => {
        const { ms, result } = await timed(() => client.prove(started, body.nonce, hashOf('a guess')))
        expect(result).toEqual({ proven: false })
        times[kind].push(ms)
      }
    }
    const ratio = () => least(times.known) / least(times.unknown)
    const isEven = () => ratio() > 0.85 && ratio() < 1.15
    // A busy machine needs more of them until one of each kind met nothing in its way.
    for (let round = 0; round === 0 || (round < 4 && !isEven()); round += 1) {
      const indexes = Array.from({ length: 9 }, (_, n) => 9 * round + n)
      const tries = await Promise.all(indexes.flatMap((index) => [one('known', index), one('unknown', index)]))
      await Promise.all(tries.map((attempt) => attempt()))
    }
    for (const ms of [...times.known, ...times.unknown]) expect(ms).toBeGreaterThanOrEqual(FLOOR_MS)
    expect(ratio()).toBeGreaterThan(0.85)
    expect(ratio()).toBeLessThan(1.15)
  })
})

describe('whether somebody has a file with this size and head', () => {
  it('shows not in the answer to a probe, below 1 MiB nor above', async () => {
    const guesses: [Buffer, string][] = [
      [small, sha256(small.subarray(0, 65_536))],
      [small, hashOf('another head')],
      [stored, sha256(stored.subarray(0, 65_536))],
      [stored, hashOf('another head')],
    ]
    const hints: boolean[] = []
    for (const [content, probe] of guesses) hints.push((await prober.start(content, { probe })).hash)
    expect(hints).toEqual([false, false, true, true])
  })

  it('shows to the person who has it, and only for this head', async () => {
    const right = await owner.start(small, { probe: sha256(small.subarray(0, 65_536)) })
    const wrong = await owner.start(small, { probe: hashOf('another head') })
    expect([right.hash, wrong.hash]).toEqual([true, false])
  })
})

describe('probing', () => {
  it('ends after 600 challenges in an hour, with the minutes to wait', async () => {
    const started = await prober.start(stored)
    const claimed = { sha256: hashOf('anything'), size: stored.length }
    await prober.claim(started, claimed)
    await haveTried(599, 'claim', person.id)
    expect((await prober.claim(started, claimed)).status).toBe(200)
    const refused = await prober.claim(started, claimed)
    expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_attempts' } })
    // The hour began with the first challenge of this file.
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(45 * 60)
    await haveTried(1, 'claim', person.id)
  })

  it('one content ends after three wrong answers in an hour, whether it is stored or not', async () => {
    const started = await prober.start(stored)
    const guesses = [sha256(stored), hashOf('nothing')].map(async (hash) => {
      const claimed = { sha256: hash, size: stored.length }
      const guess = async () => {
        const { body } = await prober.claim(started, claimed)
        const path = `/api/uploads/${started.uploadId}/proof`
        return (await prober.browser.post(path, { nonce: body.nonce, answer: hashOf('a guess') })).status
      }
      expect(await Promise.all([guess(), guess(), guess()])).toEqual([200, 200, 200])
      expect(await guess()).toBe(429)
    })
    await Promise.all(guesses)
  })
})
