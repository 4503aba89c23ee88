import { createHash, randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { ProtocolError, Status } from '../src/errors.ts'
import {
  type BodySink,
  type CommandHandler,
  type CommandReply,
  type CommandServer,
  type CommandServerOptions,
  createCommandServer,
} from '../src/server/index.ts'
import { frame, header, OK, RawPeer, turn, until } from './raw-peer.ts'

interface State {
  served: number
}

const ECHO = 60
const LATER = 61
const UPLOAD = 11
const MIB = 1024 * 1024

const servers: CommandServer[] = []
const peers: RawPeer[] = []

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.socket.destroy()
  for (const server of servers.splice(0)) await server.close(0)
})

type Handlers = ReadonlyArray<readonly [number, CommandHandler<State>]>

async function serve(handlers: Handlers, options: Partial<CommandServerOptions<State>> = {}): Promise<number> {
  const server = createCommandServer<State>({
    handlers: new Map(handlers),
    newState: () => ({ served: 0 }),
    limits: { maxConnections: 100, networkTimeoutMs: 10_000 },
    unknownCommand: 'answer',
    closeOnEinval: false,
    ...options,
  })
  servers.push(server)
  return await server.listen(0, '127.0.0.1')
}

async function connect(port: number, options: { allowHalfOpen?: boolean } = {}): Promise<RawPeer> {
  const peer = await RawPeer.connect(port, options)
  peers.push(peer)
  return peer
}

const echo: CommandHandler<State> = {
  kind: 'buffered',
  bodyMax: 1000,
  handle: (request, reply) => reply.ok(request.head),
}

/** Answers with the number of content bytes and their SHA-256; 5 bytes of head come before the content. */
class HashingSink implements BodySink {
  headConsumed = 5
  aborts = 0
  ends = 0
  size = 0
  readonly #hash = createHash('sha256')
  readonly reply: CommandReply

  constructor(reply: CommandReply) {
    this.reply = reply
  }

  write(chunk: Buffer): void {
    this.size += chunk.length
    this.#hash.update(chunk)
  }

  end(): void {
    this.ends += 1
    this.reply.ok(Buffer.from(`${this.size} ${this.#hash.digest('hex')}`))
  }

  abort(): void {
    this.aborts += 1
  }
}

function uploads(sinks: HashingSink[] = []): CommandHandler<State> {
  return {
    kind: 'streamed',
    bodyMax: 2 ** 40,
    headBytesMin: 5,
    begin(_request, reply) {
      const sink = new HashingSink(reply)
      sinks.push(sink)
      return sink
    },
  }
}

function uploadAnswer(content: Buffer): string {
  return `${content.length} ${createHash('sha256').update(content).digest('hex')}`
}

describe('frames', () => {
  it('are answered the same wherever the input is cut', async () => {
    const port = await serve([
      [ECHO, echo],
      [UPLOAD, uploads()],
    ])
    const content = Buffer.from('0123456789')
    const input = Buffer.concat([frame(111), frame(ECHO, 'abc'), frame(UPLOAD, `head!${content}`), frame(ECHO)])
    const expected = Buffer.concat([OK, frame(100, 'abc'), frame(100, uploadAnswer(content)), OK])
    for (let cut = 1; cut < input.length; cut++) {
      const peer = await connect(port)
      peer.send(input.subarray(0, cut))
      await turn()
      peer.send(input.subarray(cut))
      expect((await peer.read(expected.length)).toString('hex'), `cut at ${cut}`).toBe(expected.toString('hex'))
      peer.socket.destroy()
    }
  })

  it('are answered when they come byte by byte', async () => {
    const port = await serve([
      [ECHO, echo],
      [UPLOAD, uploads()],
    ])
    const peer = await connect(port)
    for (const byte of Buffer.concat([frame(UPLOAD, 'head!content'), frame(ECHO, 'x')])) {
      peer.send(Buffer.of(byte))
      await turn()
    }
    expect((await peer.answer()).body.toString()).toBe(uploadAnswer(Buffer.from('content')))
    expect((await peer.answer()).body.toString()).toBe('x')
  })

  it('tell the handler command, status, length and the connection state', async () => {
    const seen: unknown[] = []
    const port = await serve([
      [
        22,
        {
          kind: 'buffered',
          bodyMax: 100,
          handle(request, reply) {
            request.state.served += 1
            const { command, status, bodyLength, remoteAddress, state, head } = request
            seen.push({ command, status, bodyLength, remoteAddress, served: state.served, head: head.toString() })
            reply.ok()
          },
        },
      ],
    ])
    const peer = await connect(port)
    peer.send(frame(22, 'ab', 3), frame(22, '', 0))
    await peer.read(20)
    const common = { command: 22, remoteAddress: '127.0.0.1' }
    expect(seen).toEqual([
      { ...common, status: 3, bodyLength: 2, served: 1, head: 'ab' },
      { ...common, status: 0, bodyLength: 0, served: 2, head: '' },
    ])
  })

  it('answer the recorded ACTIVE_TEST of the C client byte by byte as the C server does', async () => {
    const peer = await connect(await serve([]))
    peer.send(Buffer.from('00000000000000006f00', 'hex'))
    expect((await peer.read(10)).toString('hex')).toBe('00000000000000006400')
  })
})

describe('pipelined requests', () => {
  it('are answered in order although the first answer comes last', async () => {
    const waiting: CommandReply[] = []
    const port = await serve([
      [ECHO, echo],
      [LATER, { kind: 'buffered', bodyMax: 10, handle: (_request, reply) => void waiting.push(reply) }],
    ])
    const peer = await connect(port)
    peer.send(frame(LATER), frame(ECHO, '1'), frame(LATER), frame(ECHO, '2'))
    await until(() => waiting.length === 1)
    waiting[0]?.ok(Buffer.from('a'))
    await until(() => waiting.length === 2)
    waiting[1]?.ok(Buffer.from('b'))
    const bodies = [await peer.answer(), await peer.answer(), await peer.answer(), await peer.answer()]
    expect(bodies.map(({ body }) => body.toString()).join(' ')).toBe('a 1 b 2')
  })

  it('wait for each other even when they come in later segments', async () => {
    const waiting: CommandReply[] = []
    const port = await serve([
      [ECHO, echo],
      [LATER, { kind: 'buffered', bodyMax: 10, handle: (_request, reply) => void waiting.push(reply) }],
    ])
    const peer = await connect(port)
    peer.send(frame(LATER))
    await until(() => waiting.length === 1)
    const long = Buffer.alloc(999, 'x')
    for (let i = 0; i < 500; i++) {
      peer.send(frame(ECHO, long))
      if (i % 50 === 0) await turn()
    }
    waiting[0]?.fail(Status.EBUSY)
    expect(await peer.status()).toBe(Status.EBUSY)
    for (let i = 0; i < 500; i++) expect((await peer.answer()).body.equals(long)).toBe(true)
  })

  it('of a peer that does not read its answers stop being read, until it does', async () => {
    let handled = 0
    const body = Buffer.alloc(200_000)
    const port = await serve([
      [
        ECHO,
        {
          kind: 'buffered',
          bodyMax: 0,
          handle(_request, reply) {
            handled += 1
            reply.ok(body)
          },
        },
      ],
    ])
    const peer = await connect(port)
    peer.socket.pause()
    peer.send(...Array.from({ length: 400 }, () => frame(ECHO)))
    let before = -1
    while (before !== handled) {
      before = handled
      for (let i = 0; i < 20; i++) await turn()
    }
    // What the kernel buffers of both ends take, and no more: all answers together are 80 MB.
    expect(handled * body.length).toBeLessThan(40 * MIB)
    peer.socket.resume()
    const answers = await peer.read(400 * (body.length + 10))
    expect([handled, answers.readUInt32BE(399 * (body.length + 10) + 4)]).toEqual([400, body.length])
  })
})

describe('streamed bodies', () => {
  it('reach the sink whole and in order', async () => {
    const sinks: HashingSink[] = []
    const peer = await connect(await serve([[UPLOAD, uploads(sinks)]]))
    const content = randomBytes(3 * MIB + 17)
    peer.send(frame(UPLOAD, Buffer.concat([Buffer.from('head!'), content])), frame(111))
    expect((await peer.answer()).body.toString()).toBe(uploadAnswer(content))
    expect(await peer.status()).toBe(Status.OK)
    expect([sinks[0]?.ends, sinks[0]?.aborts]).toEqual([1, 0])
  })

  it('may be empty behind the head, or altogether', async () => {
    const begun: number[] = []
    const handler: CommandHandler<State> = {
      kind: 'streamed',
      bodyMax: 100,
      headBytesMin: 5,
      begin(request, reply) {
        begun.push(request.head.length)
        const sink = new HashingSink(reply)
        sink.headConsumed = request.head.length
        return sink
      },
    }
    const peer = await connect(await serve([[UPLOAD, handler]]))
    peer.send(frame(UPLOAD, 'head!'), frame(UPLOAD, 'he'), frame(UPLOAD))
    for (let i = 0; i < 3; i++) expect((await peer.answer()).body.toString()).toBe(uploadAnswer(Buffer.alloc(0)))
    expect(begun).toEqual([5, 2, 0])
  })

  it('give begin no more than headBytesMax and no less than headBytesMin', async () => {
    const heads: number[] = []
    const handler: CommandHandler<State> = {
      kind: 'streamed',
      bodyMax: 10_000,
      headBytesMin: 20,
      begin(request, reply) {
        heads.push(request.head.length)
        return new HashingSink(reply)
      },
    }
    const limits = { maxConnections: 10, networkTimeoutMs: 10_000, headBytesMax: 64 }
    const peer = await connect(await serve([[UPLOAD, handler]], { limits }))
    const content = randomBytes(1000)
    peer.send(frame(UPLOAD, Buffer.concat([Buffer.from('head!'), content])))
    expect((await peer.answer()).body.toString()).toBe(uploadAnswer(content))
    peer.send(header(1005, UPLOAD), Buffer.from('head!'))
    await turn()
    peer.send(content)
    expect((await peer.answer()).body.toString()).toBe(uploadAnswer(content))
    expect(heads).toEqual([64, 20])
  })

  it('wait while the sink is paused, and end only after it resumed', async () => {
    const log: string[] = []
    const content = randomBytes(300_000)
    const hash = createHash('sha256')
    const handler: CommandHandler<State> = {
      kind: 'streamed',
      bodyMax: MIB,
      begin(_request, reply) {
        let busy = false
        reply.pause()
        setImmediate(() => reply.resume())
        return {
          headConsumed: 0,
          write(chunk) {
            if (busy) log.push('written while paused')
            busy = true
            hash.update(chunk)
            reply.pause()
            setImmediate(() => {
              busy = false
              reply.resume()
            })
          },
          end() {
            log.push(busy ? 'ended while paused' : 'ended')
            reply.ok()
          },
          abort: () => void log.push('aborted'),
        }
      },
    }
    const peer = await connect(
      await serve([
        [UPLOAD, handler],
        [ECHO, echo],
      ]),
    )
    peer.send(frame(UPLOAD, content), frame(ECHO, 'next'))
    expect(await peer.status()).toBe(Status.OK)
    expect((await peer.answer()).body.toString()).toBe('next')
    expect(log).toEqual(['ended'])
    expect(hash.digest('hex')).toBe(createHash('sha256').update(content).digest('hex'))
  })

  it('are not resumed by the reply to an earlier request', async () => {
    const replies: CommandReply[] = []
    const handler: CommandHandler<State> = {
      kind: 'streamed',
      bodyMax: 100,
      headBytesMin: 5,
      begin(request, reply) {
        replies.push(reply)
        reply.pause()
        if (request.status === 1) reply.fail(Status.EBUSY)
        return new HashingSink(reply)
      },
    }
    const peer = await connect(await serve([[UPLOAD, handler]]))
    peer.send(frame(UPLOAD, 'head!first', 1), frame(UPLOAD, 'head!'))
    expect(await peer.status()).toBe(Status.EBUSY)
    await until(() => replies.length === 2)
    replies[0]?.resume()
    replies[1]?.resume()
    expect((await peer.answer()).body.toString()).toBe(uploadAnswer(Buffer.alloc(0)))
  })

  it('are aborted once when the peer dies in the middle, and not after their end', async () => {
    const sinks: HashingSink[] = []
    const port = await serve([[UPLOAD, uploads(sinks)]])
    const whole = await connect(port)
    whole.send(frame(UPLOAD, 'head!content'))
    await whole.answer()
    whole.socket.destroy()
    for (const die of [
      (peer: RawPeer) => peer.socket.resetAndDestroy(),
      (peer: RawPeer) => peer.socket.destroy(),
      (peer: RawPeer) => peer.socket.end(),
    ]) {
      const peer = await connect(port)
      peer.send(header(1000, UPLOAD), Buffer.from('head!some content'))
      await until(() => (sinks.at(-1)?.size ?? 0) === 12)
      die(peer)
      await until(() => sinks.at(-1)?.aborts === 1)
    }
    await turn()
    expect(sinks.map(({ aborts, ends }) => [aborts, ends])).toEqual([
      [0, 1],
      [1, 0],
      [1, 0],
      [1, 0],
    ])
  })

  it('are not aborted when the peer dies after the end, before the answer', async () => {
    const sinks: HashingSink[] = []
    const handler = uploads(sinks)
    const port = await serve([
      [
        UPLOAD,
        {
          ...handler,
          kind: 'streamed',
          begin(_request, reply) {
            const sink = new HashingSink(reply)
            sink.end = () => {
              sink.ends += 1
            }
            sinks.push(sink)
            return sink
          },
        },
      ],
    ])
    const peer = await connect(port)
    peer.send(frame(UPLOAD, 'head!content'))
    await until(() => sinks[0]?.ends === 1)
    peer.socket.resetAndDestroy()
    await until(() => sinks[0]?.reply.done === true)
    expect(sinks[0]?.aborts).toBe(0)
  })
})

describe('early errors', () => {
  const refuse = (status: number): CommandHandler<State> => ({
    kind: 'streamed',
    bodyMax: 2 ** 40,
    headBytesMin: 5,
    begin(_request, reply) {
      reply.fail(status)
      return null
    },
  })

  it('drain what is left of the body and keep the connection', async () => {
    const port = await serve([
      [UPLOAD, refuse(Status.ENOSPC)],
      [ECHO, echo],
    ])
    const peer = await connect(port)
    for (const size of [0, 1, 5, 6, 100, 70_000, 8 * MIB]) {
      peer.send(frame(UPLOAD, Buffer.alloc(size)), frame(ECHO, `after ${size}`))
      expect(await peer.status()).toBe(Status.ENOSPC)
      expect((await peer.answer()).body.toString()).toBe(`after ${size}`)
    }
  })

  it('also come out when the handler answers after it refused', async () => {
    const port = await serve([
      [
        UPLOAD,
        {
          kind: 'streamed',
          bodyMax: MIB,
          begin(_request, reply) {
            setImmediate(() => reply.fail(Status.ENOENT))
            return null
          },
        },
      ],
      [ECHO, echo],
    ])
    const peer = await connect(port)
    peer.send(frame(UPLOAD, Buffer.alloc(200_000)), frame(ECHO, 'in sync'))
    expect(await peer.status()).toBe(Status.ENOENT)
    expect((await peer.answer()).body.toString()).toBe('in sync')
  })

  it('of EINVAL reach a client that reads after it has written everything', async () => {
    const port = await serve([[UPLOAD, refuse(Status.EINVAL)]], { closeOnEinval: true })
    const peer = await connect(port, { allowHalfOpen: true })
    const written = new Promise((resolve) => peer.socket.write(frame(UPLOAD, Buffer.alloc(16 * MIB)), resolve))
    expect(await written).not.toBeInstanceOf(Error)
    peer.socket.end()
    expect((await peer.rest()).toString('hex')).toBe(frame(100, '', Status.EINVAL).toString('hex'))
  })

  it('close the connection after the answer when more than 1 GiB is left', async () => {
    const peer = await connect(await serve([[UPLOAD, refuse(Status.ENOSPC)]]))
    peer.send(header(1025 * MIB, UPLOAD), Buffer.alloc(600_000))
    expect((await peer.rest()).toString('hex')).toBe(frame(100, '', Status.ENOSPC).toString('hex'))
  })

  it('cut a peer off that goes on sending more than 1 MiB after that', async () => {
    const peer = await connect(await serve([[UPLOAD, refuse(Status.ENOSPC)]]))
    peer.send(header(1100 * MIB, UPLOAD), Buffer.alloc(64 * MIB))
    await peer.rest()
    expect(servers[0]?.connections).toBe(0)
  })

  it('of a sink in mid-body stop further writes and call neither end nor abort', async () => {
    const calls: string[] = []
    const port = await serve([
      [
        UPLOAD,
        {
          kind: 'streamed',
          bodyMax: MIB,
          begin(_request, reply) {
            return {
              headConsumed: 0,
              write() {
                calls.push('write')
                reply.fail(Status.ENOSPC)
              },
              end: () => void calls.push('end'),
              abort: () => void calls.push('abort'),
            }
          },
        },
      ],
      [ECHO, echo],
    ])
    const peer = await connect(port)
    peer.send(frame(UPLOAD, Buffer.alloc(500_000)), frame(ECHO, 'in sync'))
    expect(await peer.status()).toBe(Status.ENOSPC)
    expect((await peer.answer()).body.toString()).toBe('in sync')
    expect(calls).toEqual(['write'])
  })
})

describe('handlers that throw', () => {
  const boom = (error: Error): CommandHandler<State> => ({
    kind: 'buffered',
    bodyMax: 10,
    handle() {
      throw error
    },
  })

  it('cost the request EIO, malformed bytes EINVAL, and nothing else', async () => {
    const logged: string[] = []
    const logger = {
      debug: (_details: object, message: string) => void logged.push(`debug ${message}`),
      warn: (_details: object, message: string) => void logged.push(`warn ${message}`),
      error: (_details: object, message: string) => void logged.push(`error ${message}`),
    }
    const handlers = [[1, boom(new Error('broken'))] as const, [2, boom(new ProtocolError('short'))] as const]
    const peer = await connect(await serve(handlers, { logger }))
    peer.send(frame(1), frame(2), frame(111))
    expect([await peer.status(), await peer.status(), await peer.status()]).toEqual([Status.EIO, Status.EINVAL, 0])
    expect(logged).toEqual(['error a command handler failed', 'debug malformed request'])
  })

  it('abort their sink once, and the rest of the body is drained', async () => {
    const sinks: HashingSink[] = []
    const failing = (method: 'write' | 'end'): CommandHandler<State> => ({
      kind: 'streamed',
      bodyMax: MIB,
      headBytesMin: 5,
      begin(_request, reply) {
        const sink = new HashingSink(reply)
        sink[method] = () => {
          throw new Error('disk is gone')
        }
        sinks.push(sink)
        return sink
      },
    })
    const port = await serve([
      [1, failing('write')],
      [2, failing('end')],
    ])
    const peer = await connect(port)
    peer.send(frame(1, Buffer.alloc(400_000)), frame(2, Buffer.alloc(400_000)), frame(111))
    expect([await peer.status(), await peer.status(), await peer.status()]).toEqual([Status.EIO, Status.EIO, 0])
    expect(sinks.map(({ aborts }) => aborts)).toEqual([1, 1])
  })

  it('and answer twice get the first answer out', async () => {
    const port = await serve([
      [
        1,
        {
          kind: 'buffered',
          bodyMax: 10,
          handle(_request, reply) {
            reply.ok(Buffer.from('first'))
            reply.ok(Buffer.from('second'))
            reply.fail(Status.EIO)
          },
        },
      ],
      [ECHO, echo],
    ])
    const peer = await connect(port)
    peer.send(frame(1), frame(ECHO, 'next'))
    expect((await peer.answer()).body.toString()).toBe('first')
    expect((await peer.answer()).body.toString()).toBe('next')
  })
})

describe('what is no request', () => {
  it.each([
    ['a negative length', header(-1n, 111)],
    ['a length of 2^62', header(2n ** 62n, 111)],
    ['a length of 2^63 - 1', header(2n ** 63n - 1n, 11)],
  ])('%s closes the connection without an answer', async (_what, bytes) => {
    const peer = await connect(await serve([[UPLOAD, uploads()]], { closeOnEinval: true }))
    peer.send(bytes)
    expect((await peer.rest()).length).toBe(0)
  })

  it('a trailing negative length does not take the answer before it away', async () => {
    const peer = await connect(await serve([]))
    peer.send(frame(111), header(-5n, 111))
    expect((await peer.rest()).subarray(0, 10).toString('hex')).toBe(OK.toString('hex'))
  })

  it('an unknown command gets EINVAL and its body is drained', async () => {
    const peer = await connect(await serve([]))
    peer.send(frame(99, 'some body'), frame(111))
    expect([await peer.status(), await peer.status()]).toEqual([Status.EINVAL, 0])
  })

  it('an unknown command ends the connection where that is configured', async () => {
    const peer = await connect(await serve([], { unknownCommand: 'close' }))
    peer.send(frame(99), frame(111))
    expect((await peer.rest()).toString('hex')).toBe(frame(100, '', Status.EINVAL).toString('hex'))
  })

  it('every EINVAL ends the connection of a storage, other errors do not', async () => {
    const fails: CommandHandler<State> = {
      kind: 'buffered',
      bodyMax: 10,
      handle: (request, reply) => reply.fail(request.status),
    }
    const peer = await connect(await serve([[1, fails]], { closeOnEinval: true }))
    peer.send(frame(1, '', Status.ENOENT), frame(1, '', Status.EINVAL), frame(111))
    const expected = Buffer.concat([frame(100, '', Status.ENOENT), frame(100, '', Status.EINVAL)])
    expect((await peer.rest()).toString('hex')).toBe(expected.toString('hex'))
  })

  it('a body above the limit of its handler gets EINVAL', async () => {
    const port = await serve([[ECHO, echo]])
    const peer = await connect(port)
    peer.send(frame(ECHO, Buffer.alloc(1001)), frame(ECHO, Buffer.alloc(1000)))
    expect(await peer.status()).toBe(Status.EINVAL)
    expect((await peer.answer()).body.length).toBe(1000)
  })

  it('a frame longer than a package only closes a tracker connection, and a storage connection after EINVAL', async () => {
    const limits = { maxConnections: 10, networkTimeoutMs: 10_000, headBytesMax: 2000 }
    const tracker = await connect(await serve([[ECHO, echo]], { limits }))
    tracker.send(header(2001, ECHO), Buffer.alloc(500))
    expect((await tracker.rest()).length).toBe(0)
    const storage = await connect(await serve([[ECHO, echo]], { limits, closeOnEinval: true }))
    storage.send(header(2001, ECHO), Buffer.alloc(500))
    expect((await storage.rest()).toString('hex')).toBe(frame(100, '', Status.EINVAL).toString('hex'))
  })
})

describe('the last answer', () => {
  it('also ends a connection whose input was held back', async () => {
    const replies: CommandReply[] = []
    const port = await serve(
      [[LATER, { kind: 'buffered', bodyMax: 10, handle: (_request, reply) => void replies.push(reply) }]],
      { closeOnEinval: true },
    )
    const peer = await connect(port)
    peer.send(frame(LATER), frame(LATER))
    await until(() => replies.length === 1)
    peer.send(frame(111))
    await turn()
    replies[0]?.fail(Status.EINVAL)
    expect((await peer.rest()).toString('hex')).toBe(frame(100, '', Status.EINVAL).toString('hex'))
    await until(() => servers[0]?.connections === 0)
  })
})

describe('built-in commands', () => {
  it('QUIT closes without an answer', async () => {
    const peer = await connect(await serve([]))
    peer.send(frame(82))
    expect((await peer.rest()).length).toBe(0)
  })

  it('ACTIVE_TEST with a body gets EINVAL', async () => {
    const peer = await connect(await serve([]))
    peer.send(frame(111, 'x'), frame(111))
    expect([await peer.status(), await peer.status()]).toEqual([Status.EINVAL, 0])
  })
})

describe('timeouts', () => {
  const limits = { maxConnections: 100, networkTimeoutMs: 80 }
  // Where something must come in time, also on a busy machine.
  const patient = { maxConnections: 100, networkTimeoutMs: 400 }

  it.each([
    ['has sent nothing', Buffer.alloc(0)],
    ['stops in a header', frame(111).subarray(0, 4)],
    ['stops in a buffered body', frame(ECHO, 'abc').subarray(0, 12)],
    ['stops in the head of a streamed body', frame(UPLOAD, 'head!').subarray(0, 13)],
    ['stops in a streamed body', header(100, UPLOAD)],
    ['has a request behind it and stops in the next', Buffer.concat([frame(111), Buffer.alloc(3)])],
  ])('end a connection that %s', async (_what, bytes) => {
    const handlers = [[ECHO, echo] as const, [UPLOAD, uploads()] as const]
    const peer = await connect(await serve(handlers, { limits }))
    if (bytes.length > 0) peer.send(bytes)
    await peer.rest()
    expect(peer.closed).toBe(true)
  })

  it('never end a connection that is idle after a request', async () => {
    const port = await serve([[ECHO, echo]], { limits: patient })
    const idle = await connect(port)
    idle.send(frame(ECHO, 'a'))
    await idle.answer()
    // These three are timed out one after the other, so three timeouts pass.
    for (let i = 0; i < 3; i++) await (await connect(port)).rest()
    idle.send(frame(ECHO, 'b'))
    expect((await idle.answer()).body.toString()).toBe('b')
  })

  it('do not run while a handler works or a sink is paused', async () => {
    const replies: CommandReply[] = []
    const sinks: HashingSink[] = []
    const port = await serve(
      [
        [LATER, { kind: 'buffered', bodyMax: 10, handle: (_request, reply) => void replies.push(reply) }],
        [
          UPLOAD,
          {
            kind: 'streamed',
            bodyMax: 100,
            headBytesMin: 5,
            begin(_request, reply) {
              reply.pause()
              const sink = new HashingSink(reply)
              sinks.push(sink)
              return sink
            },
          },
        ],
      ],
      { limits: patient },
    )
    const working = await connect(port)
    const paused = await connect(port)
    working.send(frame(LATER))
    paused.send(frame(UPLOAD, 'head!content'))
    await until(() => replies.length === 1 && sinks.length === 1)
    for (let i = 0; i < 3; i++) await (await connect(port)).rest()
    replies[0]?.ok()
    sinks[0]?.reply.resume()
    expect(await working.status()).toBe(Status.OK)
    expect((await paused.answer()).body.toString()).toBe(uploadAnswer(Buffer.from('content')))
  })

  it('end a header that trickles in byte by byte', async () => {
    const peer = await connect(await serve([], { limits }))
    const trickle = setInterval(() => peer.socket.write(Buffer.of(0)), 30)
    await peer.rest()
    clearInterval(trickle)
    // Ten bytes would have been a whole header.
    expect(peer.socket.bytesWritten).toBeLessThan(10)
  })

  it('abort the sink of a body that stalls, and end a peer that does not take its answers', async () => {
    const sinks: HashingSink[] = []
    const port = await serve(
      [
        [UPLOAD, uploads(sinks)],
        [ECHO, { kind: 'buffered', bodyMax: 0, handle: (_request, reply) => reply.ok(Buffer.alloc(20 * MIB)) }],
      ],
      { limits: patient },
    )
    const stalled = await connect(port)
    stalled.send(header(100, UPLOAD), Buffer.from('head!abc'))
    await until(() => sinks[0]?.aborts === 1)
    const deaf = await connect(port)
    deaf.socket.pause()
    deaf.send(frame(ECHO))
    const [server] = servers
    await until(() => server?.connections === 1)
    await until(() => server?.connections === 0)
    expect(stalled.closed).toBe(true)
  })
})

describe('admission', () => {
  it('closes hosts that are not allowed without a byte and serves the others', async () => {
    const refused = await connect(await serve([], { allowHosts: ['10.0.0.0/8', '::1'] }))
    refused.send(frame(111))
    expect((await refused.rest()).length).toBe(0)
    const allowed = await connect(await serve([], { allowHosts: ['10.0.0.0/8', '127.0.0.0/30'] }))
    allowed.send(frame(111))
    expect(await allowed.status()).toBe(Status.OK)
  })

  it('closes connections above the maximum without a byte, until one has gone', async () => {
    const port = await serve([], { limits: { maxConnections: 1, networkTimeoutMs: 10_000 } })
    const first = await connect(port)
    first.send(frame(111))
    await first.answer()
    const second = await connect(port)
    expect((await second.rest()).length).toBe(0)
    first.socket.destroy()
    await until(() => servers[0]?.connections === 0)
    const third = await connect(port)
    third.send(frame(111))
    expect(await third.status()).toBe(Status.OK)
  })
})

describe('closing', () => {
  it('lets a running request finish, ends idle connections and refuses new ones', async () => {
    const replies: CommandReply[] = []
    const port = await serve([
      [LATER, { kind: 'buffered', bodyMax: 10, handle: (_request, reply) => void replies.push(reply) }],
    ])
    const idle = await connect(port)
    idle.send(frame(111))
    await idle.answer()
    const busy = await connect(port)
    busy.send(frame(LATER))
    await until(() => replies.length === 1)
    const closed = servers[0]?.close(10_000)
    expect((await idle.rest()).length).toBe(0)
    await expect(connect(port)).rejects.toThrow('ECONNREFUSED')
    replies[0]?.ok(Buffer.from('done'))
    expect((await busy.answer()).body.toString()).toBe('done')
    expect((await busy.rest()).length).toBe(0)
    await closed
  })

  it('breaks off what is not finished after the grace time', async () => {
    const sinks: HashingSink[] = []
    const peer = await connect(await serve([[UPLOAD, uploads(sinks)]]))
    peer.send(header(100, UPLOAD), Buffer.from('head!abc'))
    await until(() => sinks.length === 1)
    await servers[0]?.close(20)
    expect(sinks[0]?.aborts).toBe(1)
    expect(servers[0]?.connections).toBe(0)
  })

  it('tells the owner of each connection state once, whoever closed, even when he throws', async () => {
    const ended: State[] = []
    const port = await serve([[ECHO, echo]], {
      connectionClosed(state) {
        ended.push(state)
        throw new Error('the owner fails')
      },
    })
    const first = await connect(port)
    first.socket.resetAndDestroy()
    await until(() => ended.length === 1)
    const second = await connect(port)
    second.send(frame(ECHO))
    await second.answer()
    await servers[0]?.close(1000)
    expect(ended.length).toBe(2)
    expect(ended[0]).not.toBe(ended[1])
  })

  it('answers a peer that has ended its side after the request', async () => {
    const replies: CommandReply[] = []
    const port = await serve([
      [LATER, { kind: 'buffered', bodyMax: 10, handle: (_request, reply) => void replies.push(reply) }],
    ])
    const peer = await connect(port, { allowHalfOpen: true })
    peer.socket.end(frame(LATER))
    await until(() => replies.length === 1)
    await turn()
    replies[0]?.ok(Buffer.from('late'))
    expect((await peer.answer()).body.toString()).toBe('late')
    expect((await peer.rest()).length).toBe(0)
  })

  it('ignores an answer to a connection that is gone', async () => {
    const replies: CommandReply[] = []
    const port = await serve([
      [LATER, { kind: 'buffered', bodyMax: 10, handle: (_request, reply) => void replies.push(reply) }],
    ])
    const peer = await connect(port)
    peer.send(frame(LATER))
    await until(() => replies.length === 1)
    peer.socket.resetAndDestroy()
    await until(() => replies[0]?.done === true)
    replies[0]?.ok(Buffer.from('nobody'))
    const other = await connect(port)
    other.send(frame(111))
    expect(await other.status()).toBe(Status.OK)
  })

  it('tells its owner that a connection has ended, whichever way', async () => {
    const ended: State[] = []
    const port = await serve([[ECHO, echo]], {
      newState: () => ({ served: ended.length + 1 }),
      connectionClosed: (state) => ended.push(state),
    })
    const closing = await connect(port)
    closing.send(frame(111))
    await closing.status()
    closing.socket.end()
    await until(() => ended.length === 1)
    const resetting = await connect(port)
    resetting.send(frame(111))
    await resetting.status()
    resetting.socket.resetAndDestroy()
    await until(() => ended.length === 2)
    const quitting = await connect(port)
    quitting.send(frame(82))
    await until(() => ended.length === 3)
    expect(ended.map(({ served }) => served)).toEqual([1, 2, 3])
  })
})
