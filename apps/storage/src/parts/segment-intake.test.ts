import { createHash, randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { crc32 } from '@cairn/dfs-core'
import { type BodyCheck, UploadError } from '@cairn/dfs-tus'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGroupSync } from '../disk/group-sync.ts'
import { openStorePath, type StorePath } from '../disk/store-path.ts'
import { BodyBudget } from './body-budget.ts'
import { forgetAhead } from './forget-ahead.ts'
import { HashFrontier } from './hash-frontier.ts'
import { Part, type PartContext } from './part.ts'
import { findParts, partPaths } from './part-files.ts'
import { receiveIntoSegment } from './segment-intake.ts'

const LEN = 60_000
const PIECE = 1500
const content = randomBytes(LEN)
const upload = { upl: 'cd'.repeat(16), ep: 1, len: LEN, lenMax: LEN, joins: [], metadata: '', concat: '' }
const named = { ext: 'bin', own: 'o', ent: 'e' }
const budget = new BodyBudget()

let folder: string
let frontier: HashFrontier

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-segments-'))
  frontier = new HashFrontier()
})

afterEach(async () => {
  await frontier.close()
  rmSync(folder, { recursive: true })
})

/** How the body of a request ends: as it should, by a break, by a newer request, or refused. */
type End = 'whole' | 'chunked' | 'summed' | 'broken' | 'taken' | 'wrong' | 'long'
interface Lane {
  kind: 'lane'
  off: number
  len: number
  sent: number
  end: End
}
type Step = Lane[] | { kind: 'append'; size: number } | { kind: 'remove' | 'kill' | 'power' }

const lane: fc.Arbitrary<Lane> = fc.record({
  kind: fc.constant('lane' as const),
  off: fc.integer({ min: 0, max: 7 }).map((index) => index * 6000),
  len: fc.constantFrom(6000, 6000, 12_000, 3000),
  sent: fc.integer({ min: 0, max: 12_000 }),
  end: fc.constantFrom<End>('whole', 'whole', 'chunked', 'summed', 'broken', 'taken', 'wrong', 'long'),
})
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.array(lane, { minLength: 1, maxLength: 4 }) as fc.Arbitrary<Step> },
    fc.record({ kind: fc.constant('append' as const), size: fc.integer({ min: 0, max: 9000 }) }),
    fc.record({ kind: fc.constantFrom('remove' as const, 'kill' as const, 'power' as const) }),
  ),
  { maxLength: 14 },
)

/** One upload, and what was acknowledged of it. */
class Rig {
  part: Part
  acknowledged = 0
  readonly #storePath: StorePath
  readonly #context: PartContext
  #boots = 0
  #snapshots = 0

  private constructor(part: Part, storePath: StorePath, context: PartContext) {
    this.part = part
    this.#storePath = storePath
    this.#context = context
  }

  static async create(synced: boolean): Promise<Rig> {
    const root = mkdtempSync(join(folder, 'run-'))
    const storePath = openStorePath(0, root, false)
    const context: PartContext = { frontier, sync: synced ? createGroupSync() : null, bootId: 'boot0' }
    return new Rig(await Part.create(context, storePath, { ...upload, ...named }), storePath, context)
  }

  take(step: Step): Promise<void> {
    if (Array.isArray(step)) return this.#lanes(step)
    if (step.kind === 'append') return this.#append(step.size)
    if (step.kind !== 'remove') return this.#restart(step.kind === 'power')
    for (let off = 0; off < LEN; off += 12_000) this.part.ahead.remove(off)
    return Promise.resolve()
  }

  async finish(): Promise<void> {
    const { part } = this
    if (!part.isComplete) await this.#append(LEN - part.offset)
    const sha256 = createHash('sha256').update(content).digest('hex')
    expect(await part.hashes()).toMatchObject({ crc32: crc32(content), sha256 })
    expect(readFileSync(part.paths.part).equals(content)).toBe(true)
    await part.retire()
  }

  async #lanes(lanes: readonly Lane[]): Promise<void> {
    const running = new Set<number>()
    const all = lanes.map(async (wanted) => {
      if (running.has(wanted.off)) return
      running.add(wanted.off)
      await this.#send(wanted)
    })
    let isDone = false
    const done = Promise.allSettled(all).finally(() => {
      isDone = true
    })
    while (!isDone) {
      this.checkSnapshot()
      await turn()
      await turn()
    }
    for (const lane of await done) if (lane.status === 'rejected') throw lane.reason
  }

  async #send({ off, len, sent, end }: Lane): Promise<void> {
    const { part } = this
    const upload = { prefix: part.offset, len: LEN }
    const segment = await Promise.resolve()
      .then(() => part.ahead.open(off, len, upload))
      .catch((error) => {
        if (error instanceof UploadError) return null
        throw error
      })
    if (segment === null || segment.stored === len) return
    const begin = off + segment.stored
    const rest = off + len - begin
    const isWhole = end !== 'broken' && end !== 'taken'
    const isRefused = end === 'wrong' || end === 'long'
    const body = content.subarray(begin, isWhole ? off + len : begin + Math.min(sent, rest))
    // What is refused would be found again.
    const bytes = isRefused ? Buffer.alloc(end === 'long' ? rest + 1 : rest) : body
    const takeover = new AbortController()
    const options = {
      takeover: takeover.signal,
      ...{ shipment: null, budget },
      ...((end === 'summed' || end === 'wrong') && { check: checkOf(body) }),
      ...(end !== 'chunked' && end !== 'long' && sent % 2 === 0 && { length: rest }),
    }
    const stored = await receiveIntoSegment(part, segment, bodyOf(bytes, end, takeover), options).then(
      () => 'stored',
      (error: unknown) => (error instanceof UploadError ? error.code : Promise.reject(error)),
    )
    const expected = { taken: 'taken_over', wrong: 'checksum_mismatch', long: 'too_large' }
    expect(stored).toBe(end in expected ? expected[end as keyof typeof expected] : 'stored')
    expect(segment.stored).toBe(isRefused ? begin - off : begin - off + body.length)
    if (stored === 'stored') await this.#acknowledge()
  }

  async #acknowledge(): Promise<void> {
    await this.part.sync()
    const prefix = this.part.isComplete ? this.part.offset : this.part.prefix
    expect(prefix).toBeGreaterThanOrEqual(this.acknowledged)
    this.acknowledged = prefix
  }

  async #append(size: number): Promise<void> {
    const { part } = this
    await forgetAhead(part)
    expect(statSync(part.paths.part).size).toBe(part.offset)
    const { offset } = part
    await part.openForWriting()
    await part.append([content.subarray(offset, offset + size)])
    await part.closeFile()
    await this.#acknowledge()
  }

  /** What would be found if the process were killed now. */
  checkSnapshot(): void {
    this.#snapshots += 1
    const root = join(folder, `snapshot-${this.#snapshots}`)
    mkdirSync(root)
    const copy = openStorePath(0, root, false)
    const paths = partPaths(copy, upload.upl)
    mkdirSync(paths.folder, { recursive: true })
    copyFileSync(this.part.paths.sidecar, paths.sidecar)
    copyFileSync(this.part.paths.part, paths.part)
    const found = reopenAt(copy, this.#context)
    expect(found.offset).toBeGreaterThanOrEqual(this.acknowledged)
    expect(readFileSync(paths.part).equals(content.subarray(0, found.offset))).toBe(true)
    rmSync(root, { recursive: true })
  }

  /** What was never synced is zeros. */
  #loseUnsynced(): void {
    const { part, sidecar } = this.part.paths
    const { offsetDurable } = JSON.parse(readFileSync(sidecar, 'utf8')) as { offsetDurable: number }
    const bytes = readFileSync(part)
    writeFileSync(part, bytes.fill(0, offsetDurable))
  }

  async #restart(isPowerLoss: boolean): Promise<void> {
    this.part.hash.close()
    await this.part.retire()
    if (isPowerLoss) {
      this.#loseUnsynced()
      this.#boots += 1
      this.#context.bootId = `boot${this.#boots}`
    }
    this.part = reopenAt(this.#storePath, this.#context)
    await this.part.save()
    if (!isPowerLoss || this.#context.sync !== null) {
      expect(this.part.offset).toBeGreaterThanOrEqual(this.acknowledged)
    }
    this.acknowledged = this.part.offset
  }
}

function reopenAt(storePath: StorePath, context: PartContext): Part {
  const [found] = findParts(storePath, (message) => expect.fail(message))
  if (found === undefined) throw new Error('the part is gone')
  return Part.reopen(context, storePath, found)
}

function checkOf(expected: Buffer): BodyCheck {
  const hash = createHash('sha1')
  return {
    update: (chunk) => void hash.update(chunk),
    verify: () => {
      const isRight = hash.digest().equals(createHash('sha1').update(expected).digest())
      if (!isRight) throw new UploadError('checksum_mismatch', 'other bytes')
    },
  }
}

/** Its pieces come one after the other, with turns of others in between. */
function bodyOf(bytes: Buffer, end: End, takeover: AbortController): Readable {
  let at = 0
  return new Readable({
    highWaterMark: PIECE,
    read() {
      setImmediate(() => {
        const piece = bytes.subarray(at, at + PIECE)
        at += piece.length
        if (piece.length > 0) this.push(piece)
        else if (end === 'broken') this.destroy()
        else if (end === 'taken') takeover.abort()
        else this.push(null)
      })
    },
  })
}

describe.each([true, false])('a part with segments (synced: %s)', (synced) => {
  it('has the bytes that were sent, whatever breaks, is refused, is killed and comes again', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (run) => {
        const rig = await Rig.create(synced)
        for (const step of run) {
          await rig.take(step)
          rig.checkSnapshot()
        }
        await rig.finish()
      }),
      { numRuns: 12 },
    )
  }, 120_000)
})
