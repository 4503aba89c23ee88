import type { HttpResponse } from 'tus-js-client'
import { sendSegments } from './segment-lanes.ts'
import type { SegmentPlan } from './segment-plan.ts'
import type { SendPace } from './send-pace.ts'
import { type Place, type Sent, SMALL_FILE_BYTES, transfer, WHOLE_BYTES } from './upload-transfer.ts'
import type { UploadWay } from './upload-way.ts'

type Sending = {
  file: File
  place: Place
  /** Something of it may be at the storage already: ask for the offset first, never send it twice. */
  resume: boolean
  way: UploadWay
  /** How many connections it may have now. */
  lanes: () => number
  pace: SendPace
  /** `ahead`: how many of the bytes count for this page alone. */
  onSent: (bytes: number, ahead: number) => void
  signal: AbortSignal
}

/** One attempt to bring a file's bytes to its storage: as one stream, and in segments side by side where that is faster. */
export async function sendFile(sending: Sending): Promise<Sent> {
  const { way, place } = sending
  if (!sending.resume) way.oneStream()
  for (let resume = sending.resume; ; resume = true) {
    const plan = way.begin(place.uploadUrl)
    const end = await (plan === null ? sendStream({ ...sending, resume }) : sendPlanned(plan, sending))
    if (end.kind !== 'held') return end
  }
}

function sendStream({ file, place, resume, way, lanes, pace, onSent, signal }: Sending) {
  const chunkSize = pace.chunkBytes()
  let ahead = 0
  return transfer({
    blob: file,
    at: resume ? { uploadUrl: place.uploadUrl } : { endpoint: place.endpoint },
    ticket: place.ticket,
    withCreation: file.size <= Math.min(SMALL_FILE_BYTES, Math.max(chunkSize, WHOLE_BYTES)),
    pace,
    onSent: (bytes) => onSent(bytes, 0),
    onAnswer: (answer) => {
      ahead = aheadIn(answer)
    },
    onChunk: (chunk) =>
      !way.chunkArrived({ ...chunk, uploadUrl: place.uploadUrl, length: file.size, ahead, lanes: lanes() }),
    signal,
  })
}

async function sendPlanned(plan: SegmentPlan, sending: Sending): Promise<Sent | { kind: 'held' }> {
  const { way, lanes, onSent } = sending
  let isFast = false
  const end = await sendSegments({
    ...sending,
    plan,
    lanes: () => (isFast ? 1 : lanes()),
    onSent: () => onSent(plan.sent, plan.sent - plan.prefix),
    onStored: (bytes, ms) => {
      isFast = isFast || way.segmentWasFast(bytes, ms)
    },
  })
  if (end.kind === 'interrupted' || end.kind === 'outdated') way.segmentsBroke()
  if (end.kind !== 'held' && end.kind !== 'outdated') return end
  way.oneStream()
  return { kind: 'held' }
}

/** So far ahead of what it has the storage takes segments of this upload; a gateway and older ones take none. */
function aheadIn(answer: HttpResponse): number {
  const ahead = answer.getHeader('Upload-Ahead') ?? ''
  return /^\d{1,15}$/.test(ahead) ? Number(ahead) : 0
}
