import { createServer, type Server, type Socket } from 'node:net'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { openLanes, type SharedLanes } from '../disk/disk-lanes.ts'
import { BodyBudget } from '../parts/body-budget.ts'
import { type Hands, HeldConnection } from './held-connection.ts'
import { type SharedListener, takeListener } from './shared-listener.ts'

/** What the thread is started with. */
export interface CarrierStart {
  /** 0 … among all threads that go to the disks. */
  readonly thread: number
  readonly lanes: SharedLanes
  /** Where it is to accept. */
  readonly listener: SharedListener
  /** What bodies may have in memory in this thread. */
  readonly bodyBytesMax: number
}

export type FromCarrier =
  | { readonly kind: 'ready' }
  | { readonly kind: 'connection'; readonly port: MessagePort; readonly remoteAddress: string }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'closed' }

/**
 * A thread that accepts HTTP connections and holds them: what clients send goes to the main thread, which answers, and large bodies go into
 * files from here. Any message ends the accepting.
 */
export async function runCarrierThread(port: MessagePort, start: CarrierStart): Promise<void> {
  const tell = (message: FromCarrier) => port.postMessage(message)
  const { listener, bodyBytesMax, lanes, thread } = start
  const hands = { budget: new BodyBudget(bodyBytesMax), lanes: openLanes(lanes, thread) }
  // Half-open, so that a client which ends its side after a request still gets the answer.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => hold(socket, port, hands))
  server.on('error', (error) => tell({ kind: 'failed', message: String(error) }))
  await listen(server, listener)
  port.on('message', () => {
    server.close()
    tell({ kind: 'closed' })
  })
  tell({ kind: 'ready' })
}

function hold(socket: Socket, port: MessagePort, hands: Hands): void {
  const { remoteAddress } = socket
  // It has gone already.
  if (remoteAddress === undefined) {
    socket.destroy()
    return
  }
  const { port1, port2 } = new MessageChannel()
  port.postMessage({ kind: 'connection', port: port2, remoteAddress } satisfies FromCarrier, [port2])
  new HeldConnection(socket, port1, hands)
}

async function listen(server: Server, listener: SharedListener): Promise<void> {
  const shared = await takeListener(listener)
  await new Promise<void>((resolve) => server.listen(shared, resolve))
}
