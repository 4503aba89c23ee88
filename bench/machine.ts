import { closeSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { Worker } from 'node:worker_threads'

const FILES_PER_FOLDER = 100
const PIECE_BYTES = 1024 * 1024

export interface LoopResult {
  perSecond: number
  count: number
}

/** Creates and writes files of `size` bytes in a plain synchronous loop: what this disk and kernel give without any server. */
export function createFilesLoop(
  folder: string,
  options: { size: number; seconds: number; countMax: number },
): LoopResult {
  const piece = Buffer.alloc(Math.min(options.size, PIECE_BYTES), 7)
  const started = performance.now()
  let count = 0
  let directory = ''
  while (count < options.countMax && performance.now() - started < options.seconds * 1000) {
    if (count % FILES_PER_FOLDER === 0) {
      directory = path.join(folder, String(count / FILES_PER_FOLDER))
      mkdirSync(directory, { recursive: true })
    }
    const fd = openSync(path.join(directory, String(count % FILES_PER_FOLDER)), 'wx')
    for (let written = 0; written < options.size; written += piece.length) writeSync(fd, piece)
    closeSync(fd)
    count += 1
  }
  return { perSecond: count / ((performance.now() - started) / 1000), count }
}

/** Reads the files that {@link createFilesLoop} made, round and round, in a plain synchronous loop. */
export function readFilesLoop(folder: string, options: { size: number; seconds: number; count: number }): LoopResult {
  const piece = Buffer.alloc(Math.min(options.size, PIECE_BYTES))
  const started = performance.now()
  let count = 0
  while (count === 0 || performance.now() - started < options.seconds * 1000) {
    const index = count % options.count
    const file = path.join(folder, String(Math.floor(index / FILES_PER_FOLDER)), String(index % FILES_PER_FOLDER))
    const fd = openSync(file, 'r')
    for (let read = 0; read < options.size; ) read += readSync(fd, piece)
    closeSync(fd)
    count += 1
  }
  return { perSecond: count / ((performance.now() - started) / 1000), count }
}

const SENDER = `
const net = require('node:net')
const { parentPort } = require('node:worker_threads')
const piece = Buffer.alloc(256 * 1024, 7)
const server = net.createServer((socket) => {
  socket.on('error', () => socket.destroy())
  const pump = () => { while (!socket.destroyed && socket.write(piece)) continue }
  socket.on('drain', pump)
  pump()
})
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
`

/** Bytes per second over one loopback connection from another thread into a fixed buffer: what the network stack gives Node. */
export async function loopbackCopy(seconds: number): Promise<number> {
  const worker = new Worker(SENDER, { eval: true })
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  const started = performance.now()
  let received = 0
  await new Promise<void>((resolve, reject) => {
    const socket = net.connect({
      host: '127.0.0.1',
      port,
      onread: {
        buffer: Buffer.allocUnsafe(256 * 1024),
        callback: (length) => {
          received += length
          if (performance.now() - started >= seconds * 1000) socket.destroy()
          return true
        },
      },
    })
    socket.on('close', () => resolve())
    socket.on('error', reject)
  })
  const elapsed = (performance.now() - started) / 1000
  await worker.terminate()
  return received / elapsed
}
