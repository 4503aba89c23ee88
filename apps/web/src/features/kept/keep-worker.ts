import { createSHA256 } from 'hash-wasm'
import { keptAddress, keptAnswer } from '../../lib/kept-file.ts'
import type { KeepProblem, KeepReply, KeepTask } from './keep-task.ts'
import { ContentDiffers, verifiedBody } from './verified-body.ts'

// One file, apart from the page: it is hashed while it comes, by WebAssembly, which pages may not run. Whoever ends this
// worker in mid-file leaves nothing behind: a cache takes an answer when it is whole.

const PROGRESS_MS = 250

const reply = (message: KeepReply) => globalThis.postMessage(message)

globalThis.addEventListener('message', ({ data }: MessageEvent<KeepTask>) => {
  void keep(data).then(reply)
})

async function keep({ facts, url, cache: name }: KeepTask): Promise<KeepReply> {
  // A cache only says that an answer broke off; why, its stream knows.
  let failure: unknown = null
  try {
    const cache = await caches.open(name)
    const body = url === null ? new Blob([]).stream() : await fetchBody(url)
    const checked = verifiedBody(facts, await createSHA256(), tellProgress())
    const piped = body.pipeTo(checked.writable).catch((error: unknown) => {
      failure = error
    })
    await cache.put(keptAddress(facts.id), keptAnswer(facts, checked.readable))
    await piped
    return { kind: 'kept' }
  } catch (error) {
    return { kind: 'not_kept', problem: problemOf(failure ?? error) }
  }
}

async function fetchBody(url: string): Promise<ReadableStream<Uint8Array>> {
  const { ok, body } = await fetch(url, { credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store' })
  if (!ok || body === null) throw new Error('the storage did not give it')
  return body
}

function tellProgress(): (bytes: number) => void {
  let toldAt = 0
  return (bytes) => {
    const now = performance.now()
    if (now - toldAt < PROGRESS_MS) return
    toldAt = now
    reply({ kind: 'progress', bytes })
  }
}

function problemOf(error: unknown): KeepProblem {
  if (error instanceof ContentDiffers) return 'differs'
  return error instanceof DOMException && error.name === 'QuotaExceededError' ? 'full' : 'failed'
}
