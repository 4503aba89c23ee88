import { type Broken, brokenByStatus, type Place } from './upload-transfer.ts'

const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 3_000
const ANSWER_MS = 60_000

export type ReceiptResult = { kind: 'receipt'; receipt: string } | Broken

/** Asks the storage for the receipt of a complete upload until its hash is ready. */
export async function waitForReceipt(place: Place, signal: AbortSignal): Promise<ReceiptResult> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(LONGEST_WAIT_MS, wait * 1.5)) {
    const response = await askForReceipt(place, signal)
    if (response === null) return signal.aborted ? { kind: 'stopped' } : { kind: 'interrupted', by: 'network' }
    if (response.status === 200) {
      const body = (await response.json()) as { receipt: string }
      return { kind: 'receipt', receipt: body.receipt }
    }
    if (response.status !== 202) {
      const text = await response.text()
      return brokenByStatus(response.status, { getBody: () => text })
    }
    await pause(wait, signal)
  }
}

async function askForReceipt(place: Place, signal: AbortSignal): Promise<Response | null> {
  try {
    return await fetch(`${place.uploadUrl}/receipt`, {
      headers: { authorization: `Bearer ${place.ticket}` },
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
    })
  } catch (error) {
    // fetch rejects with TypeError without an answer, with DOMException when it was stopped or took too long.
    if (error instanceof TypeError || error instanceof DOMException) return null
    throw error
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
