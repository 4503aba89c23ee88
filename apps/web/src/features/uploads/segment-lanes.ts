import type { HttpResponse } from 'tus-js-client'
import { type Answered, afterBreak } from './segment-break.ts'
import type { Segment, SegmentPlan } from './segment-plan.ts'
import type { SendPace } from './send-pace.ts'
import { type Place, type Sent, transfer } from './upload-transfer.ts'

export type LanesEnd =
  | Sent
  /** What was begun is at its end, and what is missing goes as one stream. */
  | { kind: 'held' }
  /** The storage sees it otherwise: it is asked what it has. */
  | { kind: 'outdated' }

type Lanes = {
  file: File
  place: Place
  plan: SegmentPlan
  /** How many there may be now. */
  lanes: () => number
  pace: SendPace
  onSent: () => void
  onStored: (bytes: number, ms: number) => void
  signal: AbortSignal
}

/** The first break ends all lanes: mostly it is the line that they share. What each has brought stays in the plan. */
export async function sendSegments({ plan, lanes, signal, ...parts }: Lanes): Promise<LanesEnd> {
  const stop = new AbortController()
  const stopAll = () => stop.abort()
  if (signal.aborted) return { kind: 'stopped' }
  signal.addEventListener('abort', stopAll)
  const end = await new Promise<LanesEnd>((resolve, reject) => {
    let ending: LanesEnd | null = null
    let receipt: string | null = null
    const start = (segment: Segment) =>
      void sendSegment(segment, { ...parts, plan, signal: stop.signal }).then((sent) => {
        if (sent.kind === 'sent') receipt = sent.receipt ?? receipt
        else if (sent.kind !== 'again' && ending === null) {
          ending = sent
          stopAll()
        }
        go()
      }, reject)
    const go = () => {
      if (ending === null) for (let next = plan.next(lanes()); next !== null; next = plan.next(lanes())) start(next)
      if (plan.isIdle) resolve(ending ?? (plan.isWhole ? { kind: 'sent', receipt } : { kind: 'held' }))
    }
    go()
  })
  signal.removeEventListener('abort', stopAll)
  return signal.aborted ? { kind: 'stopped' } : end
}

type Lane = Omit<Lanes, 'lanes'>
type SegmentEnd = LanesEnd | { kind: 'again' }

async function sendSegment(segment: Segment, lane: Lane): Promise<SegmentEnd> {
  const { file, place, plan, pace, onSent, onStored, signal } = lane
  const { off, bytes, begun } = segment
  const startedAt = performance.now()
  let answered: Answered = { status: 0, prefix: null }
  segment.begun = true
  const sent = await transfer({
    blob: file.slice(off, off + bytes),
    at: begun ? { uploadUrl: `${place.uploadUrl}.${off}` } : creationOf(segment, place),
    ticket: place.ticket,
    withCreation: true,
    pace,
    onSent: (done) => {
      plan.progressed(segment, done)
      onSent()
    },
    onAnswer: (answer) => {
      answered = { status: answer.getStatus(), prefix: prefixIn(answer) }
      if (answered.prefix !== null) plan.prefixIs(answered.prefix)
    },
    signal,
  })
  if (sent.kind === 'sent') {
    plan.stored(segment)
    if (!begun) onStored(bytes, performance.now() - startedAt)
    return sent
  }
  const next = afterBreak(segment, { prefix: plan.prefix, answered, begun })
  if (next === 'stored') plan.stored(segment)
  else if (next === 'again') plan.lost(segment)
  else plan.broke(segment)
  if (next === 'stored') return { kind: 'sent', receipt: null }
  return next === 'broken' ? sent : { kind: next }
}

function creationOf({ off }: Segment, { endpoint }: Place) {
  return { endpoint, headers: { 'Upload-Concat': 'partial', 'Upload-Segment': String(off) } }
}

function prefixIn(answer: HttpResponse): number | null {
  const prefix = answer.getHeader('Upload-Prefix') ?? ''
  return /^\d{1,16}$/.test(prefix) ? Number(prefix) : null
}
