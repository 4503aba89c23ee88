import net from 'node:net'

/** What one request looks like on the wire: `head`, then `body` repeated `bodyRepeat` times (large bodies repeat one chunk). */
export interface WireRequest {
  head: Buffer
  body?: Buffer
  bodyRepeat?: number
}

/**
 * Reads one response; `feed` gets each received piece, the first `length` bytes of a buffer that is used again, and says
 * whether the response is whole. Throws on a bad answer.
 */
export interface ResponseReader {
  begin(): void
  feed(buffer: Buffer, length: number): boolean
}

export interface LoadPlan {
  host: string
  port: number
  connections: number
  seconds: number
  /** No more than this many operations in all, so that big files do not fill the disk. */
  operationsMax: number
  request(lane: number, sequence: number): WireRequest
  reader(lane: number): ResponseReader
}

/** How fast something was done. */
export interface Speed {
  readonly operations: number
  readonly perSecond: number
  /** Milliseconds of one operation, where they were counted. */
  readonly p50Ms?: number
  readonly p99Ms?: number
  /** Microseconds of processor time that the server took for one operation, where the system tells. */
  readonly cpuUs?: number
  /** The same of a client that tells. */
  readonly clientCpuUs?: number
}

interface Shared {
  plan: LoadPlan
  started: number
  deadline: number
  taken: number
  latenciesMs: number[]
}

const RECEIVE_BUFFER_BYTES = 256 * 1024

/**
 * Runs the plan over `connections` keep-alive sockets, one request in flight on each, until the time or the number of
 * operations is used up. Every answer is checked by the reader; the first bad one ends the run with its error.
 */
export async function runLoad(plan: LoadPlan): Promise<Speed> {
  const started = performance.now()
  const shared: Shared = { plan, started, deadline: started + plan.seconds * 1000, taken: 0, latenciesMs: [] }
  await Promise.all(Array.from({ length: plan.connections }, (_, lane) => runLane(lane, shared)))
  const seconds = (performance.now() - started) / 1000
  const sorted = shared.latenciesMs.sort((a, b) => a - b)
  return {
    operations: sorted.length,
    perSecond: sorted.length / seconds,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
  }
}

function percentile(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

function runLane(lane: number, shared: Shared): Promise<void> {
  const { plan } = shared
  const reader = plan.reader(lane)
  return new Promise((resolve, reject) => {
    let sequence = 0
    let sentAt = 0
    let waiting = false
    const next = () => {
      if (shared.taken >= plan.operationsMax || (sequence > 0 && performance.now() >= shared.deadline)) {
        waiting = false
        socket.end()
        resolve()
        return
      }
      shared.taken += 1
      sentAt = performance.now()
      waiting = true
      reader.begin()
      send(socket, plan.request(lane, sequence++))
    }
    const received = Buffer.allocUnsafe(RECEIVE_BUFFER_BYTES)
    const receive = (length: number) => {
      if (!reader.feed(received, length)) return
      shared.latenciesMs.push(performance.now() - sentAt)
      next()
    }
    const socket = net.connect({
      host: plan.host,
      port: plan.port,
      noDelay: true,
      // One buffer per connection: the client must not be what the benchmark measures.
      onread: {
        buffer: received,
        callback: (length) => {
          try {
            receive(length)
            return true
          } catch (error) {
            socket.destroy(error instanceof Error ? error : new Error(String(error)))
            return false
          }
        },
      },
    })
    socket.on('connect', next)
    socket.on('error', reject)
    socket.on('close', () => {
      if (waiting) reject(new Error(`the server closed connection ${lane} before it answered request ${sequence}`))
    })
  })
}

function send(socket: net.Socket, request: WireRequest): void {
  socket.write(request.head)
  const { body } = request
  if (!body) return
  let left = request.bodyRepeat ?? 1
  const pump = () => {
    while (left > 0) {
      left -= 1
      if (!socket.write(body) && left > 0) {
        socket.once('drain', pump)
        return
      }
    }
  }
  pump()
}
