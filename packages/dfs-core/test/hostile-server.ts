import type { Socket } from 'node:net'
import { ConnectionError, ProtocolError, ServerError } from '../src/errors.ts'
import { type RawPeer, type RawServer, rawServer } from './raw-peer.ts'

/** What a server does with a request that has come whole. */
export type Attack = (peer: RawPeer, request: { readonly command: number; readonly body: Buffer }) => void

/** A server that reads what it is asked and answers as it likes. */
export interface HostileServer extends RawServer {
  /** Codes of the requests that came. */
  readonly commands: number[]
  attack: Attack
}

export async function hostileServer(attack: Attack): Promise<HostileServer> {
  const raw = await rawServer()
  const server: HostileServer = Object.assign(raw, { attack, commands: [] as number[] })
  const serve = async (peer: RawPeer) => {
    for (;;) {
      const head = await peer.read(10)
      const body = await peer.read(Number(head.readBigInt64BE()))
      const command = head[8] ?? 0
      server.commands.push(command)
      server.attack(peer, { command, body })
    }
  }
  const serveAll = async () => {
    // The end of a connection ends its loop.
    for (;;) serve(await raw.next()).catch(() => undefined)
  }
  void serveAll()
  return server
}

/** Sends zeros for as long as the other side takes them. */
export function pour(socket: Socket): void {
  const zeros = Buffer.alloc(1024 * 1024)
  const more = () => {
    while (!socket.destroyed && socket.write(zeros));
  }
  socket.on('drain', more)
  more()
}

/** What the client promises to throw, by its name; anything else is told whole. */
export function typed(error: unknown): string {
  const known = error instanceof ServerError || error instanceof ConnectionError || error instanceof ProtocolError
  return known ? error.constructor.name : `untyped: ${String(error)}`
}

/** How `promise` ends: `fulfilled`, or the type of its error. */
export function outcome(promise: Promise<unknown>): Promise<string> {
  return promise.then(() => 'fulfilled', typed)
}
