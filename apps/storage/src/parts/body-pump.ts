import type { Readable } from 'node:stream'
import type { BodyBudget } from './body-budget.ts'

/**
 * How a body ended: whole; `broken` because the client is gone; `taken_over` because a newer request wants the upload; `too_long` because it
 * has more bytes than there is room for.
 */
export type BodyEnd = 'whole' | 'broken' | 'taken_over' | 'too_long'

export interface BodySinkOptions {
  /** Bytes that may come at most. */
  room: number
  takeover: AbortSignal
  /** When a share of it is here and not stored, the body is paused. */
  budget: Pick<BodyBudget, 'share'>
  /** Stores some chunks. It is not called again before its promise is settled; chunks gather meanwhile and come in one call. */
  store(chunks: Buffer[]): Promise<void>
}

/**
 * Brings the body of a request to `store`: the socket is read while the disk writes, and held when too much has gathered. All bytes that came
 * before a break or a take-over are stored. Rejects with the first error of `store`; the body is then left paused.
 */
export function pumpBody(body: Readable, options: BodySinkOptions): Promise<BodyEnd> {
  return new Promise((resolve, reject) => {
    let pending: Buffer[] = []
    /** Bytes that are pending or being stored. */
    let held = 0
    let received = 0
    let isStoring = false
    let end: BodyEnd | null = null

    const settle = (finish: () => void) => {
      body.off('data', onData).off('end', onEnd).off('close', onClose)
      options.takeover.removeEventListener('abort', onTakeover)
      body.pause()
      finish()
    }
    const step = (): void => {
      if (isStoring) return
      if (pending.length > 0) {
        const chunks = pending
        pending = []
        isStoring = true
        const storingBytes = held
        options.store(chunks).then(
          () => {
            isStoring = false
            held -= storingBytes
            if (end === null) body.resume()
            step()
          },
          (error) => settle(() => reject(error)),
        )
        return
      }
      const how = end
      if (how !== null) settle(() => resolve(how))
    }
    const endAs = (how: BodyEnd) => {
      end ??= how
      step()
    }
    const onData = (chunk: Buffer) => {
      if (end !== null) return
      received += chunk.length
      if (received > options.room) {
        body.pause()
        endAs('too_long')
        return
      }
      pending.push(chunk)
      held += chunk.length
      if (held >= options.budget.share) body.pause()
      step()
    }
    const onEnd = () => endAs('whole')
    const onClose = () => endAs('broken')
    const onTakeover = () => {
      body.pause()
      endAs('taken_over')
    }

    // An aborted request emits 'error' before 'close'; without a listener that would end the process.
    body.on('error', onClose)
    body.on('data', onData).on('end', onEnd).on('close', onClose)
    options.takeover.addEventListener('abort', onTakeover)
    if (options.takeover.aborted) onTakeover()
    else if (body.destroyed && !body.readableEnded) onClose()
    else if (body.readableEnded) onEnd()
  })
}
