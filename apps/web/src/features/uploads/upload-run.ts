import type { Batcher } from '../../lib/batcher.ts'
import type { BulkSender } from './bulk-sender.ts'
import type { CompletedItem } from './schema.ts'
import { sendFile } from './send-file.ts'
import type { SendPace } from './send-pace.ts'
import { refusalOf } from './upload-api.ts'
import type { Job } from './upload-job.ts'
import { waitForReceipt } from './upload-receipt.ts'
import type { Broken, Place, Sent } from './upload-transfer.ts'
import { UploadWay } from './upload-way.ts'
import { PLAIN_BYTES, sendWhole } from './upload-whole.ts'

const RENEW_BEFORE_MS = 120_000
// A clock that is far ahead finds every ticket expired: a fresh one is tried before it is renewed again.
const FRESH_MS = 600_000

type Completions = Batcher<{ uploadId: string; receipt: string }, CompletedItem>
export type RunResult =
  | { kind: 'completed'; item: CompletedItem }
  /** What the storage has put together is not this file: it was changed since the first part was sent. */
  | { kind: 'other-content' }
  /** Nothing is wrong with it: it has to be sent in another way. */
  | { kind: 'again' }
  | Broken

type Run = {
  signal: AbortSignal
  completions: Completions
  /** SHA-256 of the whole file, made while it is sent. */
  contentHash: Promise<string | null> | null
  pace: SendPace
  /** Set when the file may go together with others. */
  bulk: BulkSender | null
  /** How many connections this file may have now. */
  lanes: () => number
  /** `ahead`: how many of the bytes count for this page alone. */
  onSent: (bytes: number, ahead: number) => void
  onAllSent: () => void
}

/** One attempt from where the last one ended: bytes to the storage, its receipt, the receipt to the web server. */
export async function runJob(job: Job, run: Run): Promise<RunResult> {
  const { file, place, uploadId } = job
  if (place === null || uploadId === null) return { kind: 'ticket' }
  if (job.receipt === null && expiresSoon(place)) return { kind: 'ticket' }
  if (!job.allSent) {
    if (file === null) return { kind: 'unreadable' }
    const sent = await send(job, file, place, run)
    if (sent.kind !== 'sent') return sent
    job.allSent = true
    job.receipt = sent.receipt
    run.onAllSent()
  }
  if (job.receipt === null) {
    const answer = await waitForReceipt(place, run.signal)
    if (answer.kind !== 'receipt') return answer
    job.receipt = answer.receipt
  }
  if (run.contentHash !== null && (await run.contentHash) !== contentOf(job.receipt)) return { kind: 'other-content' }
  return complete(run.completions, uploadId, job.receipt)
}

async function send(job: Job, file: File, place: Place, run: Run): Promise<Sent | { kind: 'again' }> {
  const { size, begun: resume } = job
  const { bulk, pace, lanes, signal } = run
  const onSent = (bytes: number) => run.onSent(bytes, 0)
  if (bulk !== null) {
    // It is there as a whole or not at all, so it may be sent in the same way again.
    const sent = await bulk.send({ file, size, place, onSent, signal })
    if (sent.kind !== 'begun') return sent
    job.begun = true
    return { kind: 'again' }
  }
  job.begun = true
  job.way ??= new UploadWay()
  const sent =
    !resume && size <= PLAIN_BYTES
      ? await sendWhole({ file, size, place, pace, onSent, signal })
      : await sendFile({ file, place, resume, way: job.way, lanes, pace, onSent: run.onSent, signal })
  // What could not be created is created as soon as there is room: asked for, it would look as if it had been lost each time.
  if (!resume && sent.kind === 'unable' && job.sent === 0) job.begun = false
  return sent
}

function expiresSoon({ ticketExpiresAt, receivedAt }: Place): boolean {
  const now = Date.now()
  return now - receivedAt > FRESH_MS && Date.parse(ticketExpiresAt) - now < RENEW_BEFORE_MS
}

/** The SHA-256 that a receipt speaks of. Its signature is the server's matter. */
export function contentOf(receipt: string): string {
  const payload = (receipt.split('.')[2] ?? '').replaceAll('-', '+').replaceAll('_', '/')
  return /"sha256":"([0-9a-f]{64})"/.exec(atob(payload))?.[1] ?? ''
}

async function complete(completions: Completions, uploadId: string, receipt: string): Promise<RunResult> {
  try {
    return { kind: 'completed', item: await completions.add({ uploadId, receipt }) }
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal.kind === 'final') return { kind: 'refused', code: refusal.error.code }
    return { kind: 'interrupted', by: refusal.kind === 'network' ? 'network' : 'server' }
  }
}
