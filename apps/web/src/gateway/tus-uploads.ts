import type { IncomingMessage, ServerResponse } from 'node:http'
import { CHECKSUM_ALGORITHMS, type ReleaseSlot, UploadError, UploadSlots } from '@cairn/dfs-tus'
import { type Locker, Server, type ServerOptions } from '@tus/server'
import { log } from '../lib/log.ts'
import { receiptOf } from '../lib/spooled-uploads.ts'
import { type CurrentUpload, currentUpload, duringUpload } from './current-upload.ts'
import type { FinishQueue } from './finish-queue.ts'
import { SpoolStore } from './spool-store.ts'
import { isStorageAway } from './upload-failure.ts'

export const UPLOADS_PATH = '/files'
/** How long the answer to the last byte waits for a receipt before it goes without one (the client then polls). */
const RECEIPT_WAIT_MS = 1000
/** A request that a newer one wants to replace gets so long to store what has arrived. */
const YIELD_MS = 100

type TusRequest = Parameters<NonNullable<ServerOptions['onResponseError']>>[0]

interface TusUploadsOptions {
  finishes: FinishQueue
  origins: ReadonlySet<string>
  exposedHeaders: readonly string[]
  /** Bytes that an upload may have at most; undefined: as many as its ticket says. */
  sizeMax: number | undefined
}

/** tus 1.0.0 by @tus/server over spools in the cluster, for requests whose tickets were checked. */
export class TusUploads {
  readonly #server: Server

  constructor({ finishes, origins, exposedHeaders, sizeMax }: TusUploadsOptions) {
    this.#server = new Server({
      path: UPLOADS_PATH,
      datastore: new SpoolStore(() => finishes.wake()),
      locker: newestFirst(),
      lockDrainTimeout: YIELD_MS,
      generateUrl: (_request, { path, id }) => `${currentUpload().outerBase}${path}/${id}`,
      ...(sizeMax !== undefined && { maxSize: sizeMax }),
      allowedOrigins: (origin) => origins.has(origin),
      exposedHeaders: [...exposedHeaders],
      namingFunction: () => currentUpload().ticket.upl,
      onUploadFinish: async (_request, { id }) => {
        const row = await finishes.settled(id, RECEIPT_WAIT_MS)
        const receipt = row === null ? null : receiptOf(row)
        const headers: Record<string, string> = receipt === null ? {} : { 'Cairn-Receipt': receipt }
        return { headers }
      },
      onResponseError: (request, error) => answerOf(request, error),
    })
  }

  /** Carries out a request for an upload that was checked. */
  async handle(request: IncomingMessage, response: ServerResponse, upload: CurrentUpload): Promise<void> {
    await duringUpload(upload, () => this.#server.handle(request, response))
  }

  /** Says what is spoken here, which needs no ticket. */
  async answerOptions(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('Tus-Checksum-Algorithm', CHECKSUM_ALGORITHMS)
    await this.#server.handle(request, response)
  }
}

/** The newest request for an upload gets it: one that hangs on a dead connection never locks its own successor out. */
function newestFirst(): Locker {
  const slots = new UploadSlots()
  return {
    newLock(upl) {
      let release: ReleaseSlot | undefined
      return {
        async lock(_signal, cancel) {
          release = await slots.acquire(upl, () => void cancel())
        },
        unlock: () => Promise.resolve(release?.()),
      }
    },
  }
}

interface TusRefusal {
  status_code: number
  body: string
}

/** Refusals in the words of the storages: `{ code, message }`. */
function answerOf(request: TusRequest, error: Error | TusRefusal): TusRefusal {
  const refusal = refusalOf(error)
  const response = request.runtime?.node?.res
  if (isStorageAway(error)) response?.destroy()
  else response?.setHeader('Cairn-Error', refusal.code)
  return { status_code: refusal.status, body: JSON.stringify({ code: refusal.code, message: refusal.message }) }
}

function refusalOf(error: Error | TusRefusal): { status: number; code: string; message: string } {
  if (error instanceof UploadError) return error
  if ('status_code' in error && error.status_code !== 500) {
    return { status: error.status_code, code: 'bad_request', message: error.body.trim() }
  }
  log().error({ err: error }, 'an upload request failed')
  return { status: 500, code: 'internal', message: 'the server could not do this; its log says why' }
}
