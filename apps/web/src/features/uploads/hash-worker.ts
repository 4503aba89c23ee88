import { createHMAC, createSHA256 } from 'hash-wasm'
import type { HashReply, HashTask } from './hash-task.ts'
import { bytesOfHex, HEAD_BYTES, proofHead, rangeHead } from './possession.ts'

// Runs apart from the page, so that hours of hashing do not slow down a click. WebAssembly and not crypto.subtle: that
// takes a file as one piece of memory, and is missing on plain http.

const SLICE_BYTES = 4 * 1024 * 1024
const stopped = new Set<number>()

const reply = (message: HashReply) => globalThis.postMessage(message)

globalThis.addEventListener('message', ({ data }: MessageEvent<HashTask>) => {
  if (data.kind === 'stop') stopped.add(data.id)
  else void run(data)
})

async function run(task: Exclude<HashTask, { kind: 'stop' }>): Promise<void> {
  const { id } = task
  try {
    const value = task.kind === 'prove' ? await prove(task) : await hash(task)
    reply({ id, kind: 'done', value })
  } catch (error) {
    // The file was changed or taken away: the upload finds out by itself.
    reply({ id, kind: 'failed', reason: String(error) })
  }
  stopped.delete(id)
}

/** Null when it was stopped. One slice is read while the one before is hashed; more is never in memory. */
async function hash({ id, file, kind }: Extract<HashTask, { kind: 'hash' | 'probe' }>): Promise<string | null> {
  const end = kind === 'probe' ? Math.min(HEAD_BYTES, file.size) : file.size
  const sha256 = await createSHA256()
  const read = (offset: number) => bytesOf(file, offset, Math.min(SLICE_BYTES, end - offset))
  let next = read(0)
  for (let offset = 0; offset < end; offset += SLICE_BYTES) {
    const bytes = await next
    if (stopped.has(id)) return null
    if (offset + SLICE_BYTES < end) next = read(offset + SLICE_BYTES)
    sha256.update(bytes)
    if (kind === 'hash') reply({ id, kind: 'progress', bytes: offset + bytes.length })
  }
  return sha256.digest('hex')
}

async function prove({ file, uploadId, sha256, nonce, ranges }: Extract<HashTask, { kind: 'prove' }>): Promise<string> {
  const mac = await createHMAC(createSHA256(), bytesOfHex(nonce))
  mac.update(proofHead(uploadId, sha256, file.size))
  for (const range of ranges) {
    mac.update(rangeHead(range))
    mac.update(await bytesOf(file, range.offset, range.length))
  }
  return mac.digest('hex')
}

async function bytesOf(file: File, offset: number, length: number): Promise<Uint8Array> {
  return new Uint8Array(await file.slice(offset, offset + length).arrayBuffer())
}
