import { once } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import { afterEach, expect, it } from 'vitest'
import { PortStream } from './port-stream.ts'

const MIB = 1024 * 1024

let ends: PortStream[] = []
afterEach(() => {
  for (const end of ends) end.destroy()
})

function pair(): [PortStream, PortStream] {
  const { port1, port2 } = new MessageChannel()
  const made: [PortStream, PortStream] = [new PortStream(port1), new PortStream(port2)]
  ends = made
  return made
}

async function collect(stream: PortStream): Promise<Buffer> {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(stream, 'end')
  return Buffer.concat(chunks)
}

it('carries bytes both ways, and an end is the end of one direction', async () => {
  const [one, two] = pair()
  one.end('a question')
  expect((await collect(two)).toString()).toBe('a question')
  two.end('an answer')
  expect((await collect(one)).toString()).toBe('an answer')
})

it('does not see what its caller does with a buffer after writing it', async () => {
  const [one, two] = pair()
  const buffer = Buffer.from('first')
  one.write(buffer)
  expect(one.writableLength).toBe(0)
  buffer.write('other')
  one.end()
  expect((await collect(two)).toString()).toBe('first')
})

it('makes the writer wait for a reader that takes nothing, and go on when it does', async () => {
  const [one, two] = pair()
  let sent = 0
  const write = () => {
    while (sent < 4 * MIB) {
      sent += 64 * 1024
      if (!one.write(Buffer.alloc(64 * 1024, sent / 65_536))) {
        one.once('drain', write)
        return
      }
    }
    one.end()
  }
  write()
  for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  expect(sent).toBeLessThan(MIB)
  const all = await collect(two)
  expect([all.length, all[0], all.at(-1)]).toEqual([4 * MIB, 1, 64])
})

it('closes when the other end is destroyed', async () => {
  const [one, two] = pair()
  two.resume()
  one.destroy()
  await once(two, 'close')
  expect(two.destroyed).toBe(true)
})
