// @ts-check
// The thread of hash-frontier.ts. JavaScript, because a thread's file is loaded by Node itself, which reads no TypeScript before 22.18.
import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { crc32 } from 'node:zlib'

/**
 * @typedef {object} Job
 * @property {number} fd
 * @property {import('node:crypto').Hash} hash
 * @property {number} position bytes hashed
 * @property {number} available bytes written to the file
 * @property {number} crcEnd the CRC-32 is taken of the bytes before this offset
 * @property {number} crc
 * @property {string} head SHA-256 of the first 64 KiB, or '' before that
 * @property {number | null} size set when the file is complete
 */

const HEAD_BYTES = 64 * 1024
const PIECE_BYTES = 1024 * 1024
/** One job's share before the next one has its turn. */
const TURN_BYTES = 4 * 1024 * 1024

const port = parentPort
if (port === null) throw new Error('hash-worker.mjs is run as a worker thread')

/** @type {Map<number, Job>} */
const jobs = new Map()
const buffer = Buffer.allocUnsafeSlow(PIECE_BYTES)
let isScheduled = false

port.on('message', (message) => {
  try {
    receive(message)
  } catch (error) {
    fail(message.id, error)
  }
  schedule()
})

/** @param {{ kind: 'open', id: number, path: string, crcEnd: number } | { kind: 'advance' | 'finish', id: number, end: number } | { kind: 'close', id: number }} message */
function receive(message) {
  if (message.kind === 'open') {
    const fd = openSync(message.path, 'r')
    const { crcEnd } = message
    jobs.set(message.id, {
      fd,
      hash: createHash('sha256'),
      position: 0,
      available: 0,
      crcEnd,
      crc: 0,
      head: '',
      size: null,
    })
    return
  }
  const job = jobs.get(message.id)
  if (job === undefined) return
  if (message.kind === 'close') drop(message.id, job)
  else job.available = message.end
  if (message.kind === 'finish') job.size = message.end
}

function schedule() {
  if (isScheduled) return
  isScheduled = true
  setImmediate(turn)
}

function turn() {
  isScheduled = false
  let more = false
  for (const [id, job] of jobs) {
    try {
      if (job.position < job.available) {
        advance(job)
        port?.postMessage({ kind: 'progress', id, hashed: job.position })
      }
      if (job.position === job.size) finish(id, job)
      else more ||= job.position < job.available
    } catch (error) {
      fail(id, error)
    }
  }
  if (more) schedule()
}

/** @param {Job} job */
function advance(job) {
  const end = Math.min(job.available, job.position + TURN_BYTES)
  while (job.position < end) {
    const wanted = Math.min(end, nextStop(job)) - job.position
    const read = readSync(job.fd, buffer, 0, wanted, job.position)
    if (read === 0) throw new Error(`the file ends at ${job.position}, but ${job.available} bytes were written`)
    const piece = buffer.subarray(0, read)
    job.hash.update(piece)
    if (job.position < job.crcEnd) job.crc = crc32(piece, job.crc)
    job.position += read
    if (job.position === HEAD_BYTES) job.head = job.hash.copy().digest('hex')
  }
}

/** A piece ends at the end of the head and at the end of the CRC. @param {Job} job */
function nextStop(job) {
  const stop = job.position + PIECE_BYTES
  if (job.position < HEAD_BYTES) return Math.min(stop, HEAD_BYTES, job.crcEnd > job.position ? job.crcEnd : stop)
  return job.crcEnd > job.position ? Math.min(stop, job.crcEnd) : stop
}

/** @param {number} id @param {Job} job */
function finish(id, job) {
  const sha256 = job.hash.digest('hex')
  port?.postMessage({ kind: 'finished', id, sha256, head: job.head || sha256, prefixCrc32: job.crc })
  drop(id, job)
}

/** @param {number} id @param {unknown} error */
function fail(id, error) {
  port?.postMessage({ kind: 'failed', id, message: error instanceof Error ? error.message : String(error) })
  const job = jobs.get(id)
  if (job !== undefined) drop(id, job)
}

/** @param {number} id @param {Job} job */
function drop(id, job) {
  jobs.delete(id)
  closeSync(job.fd)
}
