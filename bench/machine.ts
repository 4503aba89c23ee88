import { closeSync, mkdirSync, openSync, unlinkSync, writeSync } from 'node:fs'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { type ResponseReader, runLoad, type Speed } from './lane.ts'

const FILES_PER_FOLDER = 100
const PIECE_BYTES = 1024 * 1024

/** Creates and writes files of `size` bytes in a plain synchronous loop: what this disk and kernel give without any server. */
export function createFilesLoop(folder: string, options: { size: number; seconds: number; countMax: number }): Speed {
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
  return { perSecond: count / ((performance.now() - started) / 1000), operations: count }
}

/** Removes the files that {@link createFilesLoop} made, in a plain synchronous loop. */
export function removeFilesLoop(folder: string, options: { seconds: number; count: number }): Speed {
  const started = performance.now()
  let count = 0
  while (count < options.count && performance.now() - started < options.seconds * 1000) {
    unlinkSync(path.join(folder, String(Math.floor(count / FILES_PER_FOLDER)), String(count % FILES_PER_FOLDER)))
    count += 1
  }
  return { perSecond: count / ((performance.now() - started) / 1000), operations: count }
}

const ANSWERER = `
const net = require('node:net')
const { parentPort, workerData } = require('node:worker_threads')
const { requestBytes, answerBytes, pieceBytes } = workerData
const piece = Buffer.alloc(Math.min(answerBytes, pieceBytes), 7)
const server = net.createServer({ noDelay: true }, (socket) => {
  let received = 0
  let left = 0
  const pump = () => {
    while (left > 0) {
      left -= piece.length
      if (!socket.write(piece) && left > 0) return
    }
  }
  socket.on('error', () => socket.destroy())
  socket.on('drain', pump)
  socket.on('data', (chunk) => {
    received += chunk.length
    if (received < requestBytes) return
    received = 0
    left = answerBytes
    pump()
  })
})
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
`

interface RawExchange {
  readonly connections: number
  readonly seconds: number
  readonly requestBytes: number
  readonly answerBytes: number
  readonly operationsMax: number
}

/** Requests per second to a server that has its answers in memory and does nothing else: what Node gives over loopback. */
export async function rawExchange(plan: RawExchange): Promise<Speed> {
  const { requestBytes, answerBytes } = plan
  const worker = new Worker(ANSWERER, {
    eval: true,
    workerData: { requestBytes, answerBytes, pieceBytes: 256 * 1024 },
  })
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  const request = { head: Buffer.alloc(requestBytes) }
  try {
    return await runLoad({
      ...plan,
      host: '127.0.0.1',
      port,
      request: () => request,
      reader: () => counter(answerBytes),
    })
  } finally {
    await worker.terminate()
  }
}

function counter(bytes: number): ResponseReader {
  let left = 0
  return {
    begin() {
      left = bytes
    },
    feed(_buffer, length) {
      left -= length
      return left <= 0
    },
  }
}
