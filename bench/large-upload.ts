import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { request } from 'node:http'
import path from 'node:path'
import { TusSender } from './tus-sender.ts'
import type { UploadDrive } from './upload-drive.ts'

const LARGE_BYTES = 1024 ** 3
/** As much as a browser sends in one PATCH. */
const PIECE_BYTES = 6 * 1024 * 1024
const ROUNDS = 2

/** The plainest server there is: the body into a file, one fdatasync, an answer. Its argument is the file. */
const PLAIN_SERVER = `
import { createWriteStream, fdatasync } from 'node:fs'
import { createServer } from 'node:http'
const server = createServer((request, response) => {
  const file = createWriteStream(process.argv[1], { flush: false })
  request.pipe(file, { end: false })
  request.on('end', () => file.write(Buffer.alloc(0), () => fdatasync(file.fd, () => {
    file.end()
    response.writeHead(201).end()
  })))
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
`

/** One file of 1 GiB by tus, until its receipt is there, beside a plain HTTP PUT into a file: the best of each. */
export async function benchLargeUpload(drive: UploadDrive, folder: string): Promise<void> {
  const piece = randomBytes(PIECE_BYTES)
  const best = { put: 0, sent: 0, stored: 0 }
  for (let round = 1; round <= ROUNDS; round += 1) {
    best.put = Math.max(best.put, await plainPut(folder, piece))
    const { sent, stored } = await tusUpload(drive, piece)
    best.sent = Math.max(best.sent, sent)
    best.stored = Math.max(best.stored, stored)
  }
  const line = (what: string, rate: number) => {
    const share = `${((100 * rate) / best.put).toFixed(0)} %`
    return `  ${what.padEnd(44)}${rate.toFixed(0).padStart(6)} MB/s${share.padStart(8)}\n`
  }
  process.stdout.write(
    'one file of 1 GiB, on one connection\n' +
      line('plain HTTP PUT into a file, synced', best.put) +
      line('tus, until the last byte is acknowledged', best.sent) +
      line('tus, until it is stored (hashed, receipt)', best.stored),
  )
}

function megabytesPerSecond(startedAt: number): number {
  return LARGE_BYTES / 1e6 / ((performance.now() - startedAt) / 1000)
}

/** The file: the same piece over and over. */
function* parts(piece: Buffer): Generator<Buffer> {
  for (let sent = 0; sent < LARGE_BYTES; sent += piece.length) yield piece.subarray(0, LARGE_BYTES - sent)
}

async function tusUpload(drive: UploadDrive, piece: Buffer): Promise<{ sent: number; stored: number }> {
  const [storage] = drive.storages
  if (storage === undefined) throw new Error('the drive has no storage')
  const sender = new TusSender(drive, storage, LARGE_BYTES)
  const startedAt = performance.now()
  await sender.create()
  for (const part of parts(piece)) await sender.send(part)
  const sent = megabytesPerSecond(startedAt)
  await sender.receipt()
  const stored = megabytesPerSecond(startedAt)
  sender.close()
  return { sent, stored }
}

async function plainPut(folder: string, piece: Buffer): Promise<number> {
  const file = path.join(folder, 'plain-put.bin')
  const server = spawn(process.execPath, ['--input-type=module', '-e', PLAIN_SERVER, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const port = await portOf(server)
    const startedAt = performance.now()
    const put = request({ host: '127.0.0.1', port, method: 'PUT', headers: { 'Content-Length': LARGE_BYTES } })
    const answered = once(put, 'response')
    for (const part of parts(piece)) if (!put.write(part)) await once(put, 'drain')
    put.end()
    await answered
    return megabytesPerSecond(startedAt)
  } finally {
    server.kill()
    rmSync(file, { force: true })
  }
}

async function portOf(server: ChildProcess): Promise<number> {
  if (server.stdout === null) throw new Error('the plain server has no output')
  const [line] = await once(server.stdout, 'data')
  return Number(String(line))
}
