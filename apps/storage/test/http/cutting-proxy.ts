import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server, type Socket } from 'node:net'

export interface CuttingProxy {
  port: number
  /** Bytes that came from clients. */
  received: number
  /** Connections that were cut. */
  cuts: number
  close(): Promise<void>
}

/** Passes TCP on to `targetPort` and resets both sides each time so many more bytes have come from clients; then it passes the rest. */
export async function startCuttingProxy(targetPort: number, cutAfterBytes: readonly number[]): Promise<CuttingProxy> {
  const sockets = new Set<Socket>()
  const limits = [...cutAfterBytes]
  const proxy: CuttingProxy = { port: 0, received: 0, cuts: 0, close: () => closeAll(server, sockets) }
  let sinceCut = 0
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1')
    for (const socket of [client, target]) {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
      socket.on('error', () => socket.destroy())
    }
    client.on('data', (chunk: Buffer) => {
      proxy.received += chunk.length
      sinceCut += chunk.length
      const limit = limits[0]
      if (limit !== undefined && sinceCut >= limit) {
        limits.shift()
        sinceCut = 0
        proxy.cuts += 1
        client.resetAndDestroy()
        target.resetAndDestroy()
      } else if (!target.write(chunk)) {
        client.pause()
        target.once('drain', () => client.resume())
      }
    })
    target.pipe(client)
    client.on('end', () => target.end())
    client.on('close', () => target.destroy())
    target.on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  proxy.port = (server.address() as AddressInfo).port
  return proxy
}

function closeAll(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy()
  return new Promise((resolve) => server.close(() => resolve()))
}
