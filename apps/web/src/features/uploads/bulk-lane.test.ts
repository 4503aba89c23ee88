import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { BulkLane } from './bulk-lane.ts'
import type { BulkSent } from './bulk-request.ts'
import { SendPace } from './send-pace.ts'

const closing: (() => void)[] = []

afterEach(() => {
  for (const close of closing.splice(0)) close()
})

type Got = { ticket: string; content: string }
/** A request that has come as a whole. Its answer is the test's. */
type Exchange = { url: string; type: string; files: Got[]; response: ServerResponse; isGone: () => boolean }

/** A storage whose requests are taken one by one. */
async function storage() {
  const exchanges: Exchange[] = []
  let told: () => void = () => undefined
  const server = createServer((request, response) => {
    if (request.url === '/ping') return void response.end()
    const took = (body: Buffer) => {
      const isGone = () => response.destroyed
      const type = request.headers['content-type'] ?? ''
      exchanges.push({ url: request.url ?? '', type, files: filesOf(body), response, isGone })
      told()
    }
    // A request that its lane breaks off before it has come as a whole is none.
    bytesOf(request).then(took, (error: unknown) => {
      if (!request.destroyed) throw error
    })
  })
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/files/`
  const next = async (): Promise<Exchange> => {
    for (let first = exchanges.shift(); ; first = exchanges.shift()) {
      if (first !== undefined) return first
      await new Promise<void>((resolve) => {
        told = resolve
      })
    }
  }
  return { endpoint, next, waiting: exchanges, ping: async () => (await fetch(new URL('/ping', endpoint))).text() }
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** By hand from docs/storage-http.md. */
function filesOf(body: Buffer): Got[] {
  const files: Got[] = []
  for (let at = 0; at < body.length; ) {
    const ticketEnd = at + 6 + body.readUInt16BE(at)
    const end = ticketEnd + body.readUInt32BE(at + 2)
    files.push({ ticket: body.toString('latin1', at + 6, ticketEnd), content: body.toString('utf8', ticketEnd, end) })
    at = end
  }
  return files
}

function receipts({ files, response }: Exchange): void {
  response.end(files.map(({ ticket }) => `${JSON.stringify({ upl: ticket, receipt: `r-${ticket}` })}\n`).join(''))
}

type Lane = Pick<Awaited<ReturnType<typeof storage>>, 'endpoint'> & { lane: BulkLane }

/** Gives a file to the lane. `sent`: what was told of its bytes. */
function give({ endpoint, lane }: Lane, ticket: string, file: File | string = `content of ${ticket}`) {
  const stop = new AbortController()
  const sent: number[] = []
  const whole = typeof file === 'string' ? new File([file], 'x.txt') : file
  const place = {
    endpoint,
    uploadUrl: `${endpoint}x`,
    ticket,
    ticketExpiresAt: '',
    storageName: '1',
    receivedAt: 0,
  }
  const onSent = (bytes: number) => sent.push(bytes)
  const result: Promise<BulkSent> = lane.send({ file: whole, size: whole.size, place, onSent, signal: stop.signal })
  return { result, stop, sent, size: whole.size }
}

async function laneTo(pace = new SendPace()) {
  return { lane: new BulkLane(pace), ...(await storage()) }
}

test('files of one moment go in one request, each with its ticket, and each gets its receipt', async () => {
  const to = await laneTo()
  const files = ['a', 'b', 'ç'].map((ticket) => give(to, ticket === 'ç' ? 'c' : ticket, `“${ticket}”`))
  const exchange = await to.next()
  expect([exchange.url, exchange.type]).toEqual(['/files/bulk', 'application/vnd.cairn.files'])
  expect(exchange.files).toEqual([
    { ticket: 'a', content: '“a”' },
    { ticket: 'b', content: '“b”' },
    { ticket: 'c', content: '“ç”' },
  ])
  receipts(exchange)
  expect(await Promise.all(files.map(({ result }) => result))).toEqual(
    ['a', 'b', 'c'].map((ticket) => ({ kind: 'sent', receipt: `r-${ticket}` })),
  )
  expect(files.map(({ sent, size }) => [sent, size])).toEqual(files.map(({ size }) => [[size], size]))
  expect(to.waiting).toEqual([])
})

test('each is told as soon as the storage has answered for it', async () => {
  const to = await laneTo()
  const [first, second] = [give(to, 'a'), give(to, 'b')]
  const { response } = await to.next()
  response.write('{"upl":"a","receipt":"r-a"}\n{"upl":"b",')
  expect(await first.result).toEqual({ kind: 'sent', receipt: 'r-a' })
  expect(second.sent).toEqual([])
  response.end('"receipt":null}\n')
  expect(await second.result).toEqual({ kind: 'sent', receipt: null })
})

describe('of many files', () => {
  test('a lot that is not full waits for the request before it', async () => {
    const to = await laneTo()
    const first = give(to, 'a')
    const exchange = await to.next()
    const later = ['b', 'c'].map((ticket) => give(to, ticket))
    receipts(exchange)
    await first.result
    const second = await to.next()
    expect(second.files.map(({ ticket }) => ticket)).toEqual(['b', 'c'])
    receipts(second)
    await Promise.all(later.map(({ result }) => result))
  })

  test('at most a hundred go in a request, and two requests at once', async () => {
    const to = await laneTo()
    const files = Array.from({ length: 450 }, (_, index) => give(to, `t${index}`))
    const [first, second] = [await to.next(), await to.next()]
    // What is on its way is there before what is asked now, and its answer.
    for (let times = 0; times < 5; times += 1) await to.ping()
    expect(to.waiting).toEqual([])
    receipts(first)
    const third = await to.next()
    receipts(second)
    const fourth = await to.next()
    for (const lot of [third, fourth]) receipts(lot)
    const last = await to.next()
    receipts(last)
    const sizes = [first, second, third, fourth, last].map((lot) => lot.files.length)
    expect(sizes).toEqual([100, 100, 100, 100, 50])
    const kinds = (await Promise.all(files.map(({ result }) => result))).map(({ kind }) => kind)
    expect(new Set(kinds)).toEqual(new Set(['sent']))
  })

  test('there is no room for more than the lots that are under way and the next one', async () => {
    const to = await laneTo()
    const files = Array.from({ length: 300 }, (_, index) => give(to, `t${index}`))
    expect(to.lane.hasRoom).toBe(false)
    for (const { stop } of files) stop.abort()
    expect(to.lane.hasRoom).toBe(true)
  })

  test('a limit of the speed makes the requests small', async () => {
    const pace = new SendPace()
    pace.set(400_000)
    const to = await laneTo(pace)
    const files = Array.from({ length: 20 }, (_, index) => give(to, `t${index}`, 'x'.repeat(20_000)))
    // Half a second's worth is 200,000 bytes.
    const exchange = await to.next()
    expect(exchange.files).toHaveLength(10)
    for (const { stop } of files) stop.abort()
  })
})

describe('what goes wrong', () => {
  test('with one file leaves the others alone', async () => {
    const to = await laneTo()
    const files = ['expired', 'fine', 'begun', 'full', 'busy'].map((ticket) => give(to, ticket))
    const { response } = await to.next()
    const refusals = [
      { upl: null, status: 401, code: 'ticket_expired' },
      { upl: 'fine', receipt: 'r' },
      { upl: 'begun', status: 409, code: 'offset_conflict' },
      { upl: 'full', status: 507, code: 'disk_full' },
      { upl: 'busy', status: 503, code: 'unavailable' },
    ]
    response.end(refusals.map((line) => `${JSON.stringify(line)}\n`).join(''))
    expect(await Promise.all(files.map(({ result }) => result))).toEqual([
      { kind: 'ticket' },
      { kind: 'sent', receipt: 'r' },
      { kind: 'begun' },
      { kind: 'unable' },
      { kind: 'interrupted', by: 'storage' },
    ])
  })

  test('with the connection costs only what was not answered', async () => {
    const to = await laneTo()
    const files = ['a', 'b', 'c'].map((ticket) => give(to, ticket))
    const { response } = await to.next()
    response.write('{"upl":"a","receipt":"r-a"}\n{"upl":"b"')
    await files[0]?.result
    response.destroy()
    expect(await Promise.all(files.map(({ result }) => result))).toEqual([
      { kind: 'sent', receipt: 'r-a' },
      { kind: 'interrupted', by: 'network' },
      { kind: 'interrupted', by: 'network' },
    ])
  })

  test('with an answer that is none, or too short, or about the whole request, is a broken connection', async () => {
    for (const body of ['<html>\n', '', '{"upl":null,"status":413,"code":"too_large"}\n']) {
      const to = await laneTo()
      const { result } = give(to, 'a')
      const { response } = await to.next()
      response.end(body)
      expect(await result).toEqual({ kind: 'interrupted', by: 'network' })
    }
  })

  test('with the storage is told of every file', async () => {
    const to = await laneTo()
    const files = ['a', 'b'].map((ticket) => give(to, ticket))
    const { response } = await to.next()
    response.writeHead(503).end()
    expect(await Promise.all(files.map(({ result }) => result))).toEqual([
      { kind: 'interrupted', by: 'storage' },
      { kind: 'interrupted', by: 'storage' },
    ])
  })

  test.each([404, 405, 415, 501])(
    'a storage that answers %i gets its files one by one from then on',
    async (status) => {
      const to = await laneTo()
      const files = Array.from({ length: 220 }, (_, index) => give(to, `t${index}`))
      const { response } = await to.next()
      expect(to.lane.hasDoor).toBe(true)
      response.writeHead(status).end()
      expect(await files[219]?.result).toEqual({ kind: 'again' })
      expect(to.lane.hasDoor).toBe(false)
      ;(await to.next()).response.writeHead(status).end()
      const kinds = (await Promise.all(files.map(({ result }) => result))).map(({ kind }) => kind)
      expect(new Set(kinds)).toEqual(new Set(['again']))
    },
  )

  test('with a file that cannot be read any more is told of this file, and the others are sent again', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'cairn-lane-'))
    closing.push(() => rmSync(folder, { recursive: true }))
    const changing = path.join(folder, 'changing.txt')
    writeFileSync(changing, 'as it was chosen')
    const changed = new File([await openAsBlob(changing)], 'changing.txt')
    writeFileSync(changing, 'as it is now, longer than before')
    const to = await laneTo()
    const files = [give(to, 'a'), give(to, 'b', changed), give(to, 'c')]
    expect(await Promise.all(files.map(({ result }) => result))).toEqual([
      { kind: 'again' },
      { kind: 'unreadable' },
      { kind: 'again' },
    ])
  })
})

describe('a file that is stopped', () => {
  test('says so at once, and the others of its request go on', async () => {
    const to = await laneTo()
    const [first, second] = [give(to, 'a'), give(to, 'b')]
    const exchange = await to.next()
    first.stop.abort()
    expect(await first.result).toEqual({ kind: 'stopped' })
    receipts(exchange)
    expect(await second.result).toEqual({ kind: 'sent', receipt: 'r-b' })
    expect(first.sent).toEqual([])
  })

  test('ends the request when all its files are', async () => {
    const to = await laneTo()
    const files = ['a', 'b'].map((ticket) => give(to, ticket))
    const exchange = await to.next()
    const gone = new Promise((resolve) => exchange.response.on('close', resolve))
    for (const { stop } of files) stop.abort()
    await gone
    expect(exchange.isGone()).toBe(true)
    const next = give(to, 'c')
    receipts(await to.next())
    expect(await next.result).toEqual({ kind: 'sent', receipt: 'r-c' })
  })

  test('before its request begins is not sent', async () => {
    const to = await laneTo()
    const first = give(to, 'a')
    const exchange = await to.next()
    const [second, third] = [give(to, 'b'), give(to, 'c')]
    second.stop.abort()
    receipts(exchange)
    const next = await to.next()
    expect(next.files.map(({ ticket }) => ticket)).toEqual(['c'])
    receipts(next)
    expect((await Promise.all([first.result, second.result, third.result])).map(({ kind }) => kind)).toEqual([
      'sent',
      'stopped',
      'sent',
    ])
  })
})
