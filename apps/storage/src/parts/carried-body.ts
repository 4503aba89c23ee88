import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import type { BodyCheck } from '@cairn/dfs-tus'
import { CarriedSocket } from '../streams/carried-socket.ts'
import type { CarryOrder } from '../streams/carrier-messages.ts'
import type { BodyBudget } from './body-budget.ts'
import { type BodyEnd, type BodySinkOptions, pumpBody } from './body-pump.ts'

/** Shorter ones are passed on: arranging it costs as much. */
const CARRIED_MIN = 256 * 1024
/** What has come of a body before its connection was held is read in a few turns, unless the connection waits for something else. */
const TURNS_MAX = 50

/** Where a body goes, chunk by chunk or carried by the thread that holds its connection. */
export interface FileSink extends BodySinkOptions {
  budget: BodyBudget
  check: BodyCheck | undefined
  /** Of the body, where it is told. */
  length: number | undefined
  /** The file, and where the next bytes belong. */
  file: Pick<CarryOrder, 'path' | 'storePath'>
  position(): number
  /** More bytes are where they belong; others may come when it resolves. */
  keep(size: number, crc32: number): Promise<void>
  /** Nobody knows what lies behind the kept bytes. */
  lost(): Promise<void>
}

/**
 * Brings the body of a request into a file. Where another thread holds the connection, that thread writes: this one sees what comes of it,
 * and holds it back. Not a body with a checksum, which is taken here, nor one that does not tell its length.
 */
export async function bringBody(body: Readable, sink: FileSink): Promise<BodyEnd> {
  const { length = 0, check, budget, room } = sink
  const carrier = check === undefined && length >= CARRIED_MIN && length <= room ? carrierOf(body) : null
  let left = length
  if (carrier !== null) {
    await carrier.hold()
    try {
      for (let turn = 0; turn < TURNS_MAX && left > 0 && !body.destroyed; turn += 1) {
        const chunk: Buffer | null = body.read()
        if (chunk !== null) {
          left -= chunk.length
          await sink.store([chunk])
        } else if (carrier.readableLength === 0) return await carry(body, carrier, { ...sink, length: left })
        else await setImmediate()
      }
    } finally {
      carrier.goOn()
    }
  }
  return budget.during(() => pumpBody(body, { ...sink, room: room - (length - left) }))
}

function carrierOf(body: Readable): CarriedSocket | null {
  const { socket } = body as Partial<IncomingMessage>
  return socket instanceof CarriedSocket ? socket : null
}

async function carry(body: Readable, carrier: CarriedSocket, sink: FileSink & { length: number }): Promise<BodyEnd> {
  const { file, length, takeover } = sink
  // The parser is given as many bytes as were carried: nobody wants them.
  const pass = () => undefined
  const over = new Promise((resolve) => body.once('end', resolve).once('close', resolve))
  body.on('error', pass).on('data', pass)
  try {
    const end = await carrier.carry({ ...file, position: sink.position(), length }, takeover, (size, crc32) =>
      sink.keep(size, crc32),
    )
    if (end === 'whole' && !body.readableEnded && !body.destroyed) await over
    if (end !== 'lost') return end
    await sink.lost()
    return 'broken'
  } finally {
    body.off('data', pass).pause()
  }
}
