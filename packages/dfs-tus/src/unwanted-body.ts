import type { IncomingMessage, ServerResponse } from 'node:http'
import type { UploadError } from './upload-error.ts'

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
}

/** A client that asks before it sends hears only now that it may: what would be refused has been. */
export function continueBody({ request, response }: Exchange): void {
  if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue()
}

/** Reads a body that nobody wants; one of more than `sizeMax` bytes is refused, and one that hangs ends with its connection. */
export async function dropBody(
  exchange: Exchange,
  takeover: AbortSignal,
  { sizeMax, error }: { sizeMax: number; error: UploadError },
): Promise<void> {
  const { request } = exchange
  continueBody(exchange)
  const hangUp = () => request.destroy()
  takeover.addEventListener('abort', hangUp)
  try {
    let size = 0
    for await (const chunk of request) {
      size += chunk.length
      if (size > sizeMax) throw error
    }
  } finally {
    takeover.removeEventListener('abort', hangUp)
  }
}
