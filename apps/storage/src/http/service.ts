import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerJson, bearerToken, checkMember, checkTicket, forbidden, HttpError, readBody } from '@cairn/dfs-http'
import { UploadError, type UploadSlots } from '@cairn/dfs-tus'
import { z } from 'zod'
import type { AsideAction } from '../disk/quarantine.ts'
import type { DiskPartStore } from '../parts/disk-part-store.ts'
import type { StorageReport } from '../storage-report.ts'
import type { StorageIdentity } from './keys-file.ts'
import { signReceipt } from './receipt.ts'

const UPLOADS_MAX = 1000
/** A thousand upload names and what JSON puts around them. */
const BODY_SIZE_MAX = 64 * 1024

const uploadName = z.string().regex(/^[0-9a-f]{32}$/)
const listBody = z.object({ after: uploadName.nullish(), open: z.boolean().default(false) })
const asideBody = z.object({
  action: z.enum(['retry', 'dismiss']),
  ids: z.array(z.string().regex(/^[0-9a-f]{16}$/)).max(UPLOADS_MAX),
})
const uploadsBody = z.object({ upls: z.array(uploadName).max(UPLOADS_MAX) })

export interface ServiceOptions {
  identity: StorageIdentity
  parts: DiskPartStore
  slots: UploadSlots
  status(): Promise<StorageReport>
  httpPort(): number
  settleAside(action: AsideAction, ids: readonly string[]): string[]
  beginCheck(): boolean
}

/** `/cairn/v1/<op>` */
export function servicePath(pathname: string): string | null {
  return /^\/cairn\/v1\/([a-z]{1,16})$/.exec(pathname)?.[1] ?? null
}

/** The calls of the web application: each with a ticket of its own, which names the body that it is for. */
export async function answerService(
  options: ServiceOptions,
  request: IncomingMessage,
  response: ServerResponse,
  op: string,
): Promise<void> {
  if (request.method !== 'POST') throw new HttpError(405, 'method_not_allowed', 'services take POST', { Allow: 'POST' })
  const ticket = checkTicket(options.identity, bearerToken(request), 'sv')
  checkMember(options.identity, ticket)
  if (ticket.op !== op) throw forbidden(`the ticket is for ${ticket.op}`)
  const body = await readBody(request, BODY_SIZE_MAX)
  const digest = createHash('sha256').update(body).digest()
  if (!timingSafeEqual(digest, Buffer.from(ticket.bodySha256, 'hex'))) throw forbidden('the ticket is for another body')
  answerJson(response, 200, await serve(options, ticket.op, body))
}

type ServiceOp = ReturnType<typeof checkTicket<'sv'>>['op']

async function serve(options: ServiceOptions, op: ServiceOp, body: Buffer): Promise<object> {
  const { identity, parts } = options
  switch (op) {
    case 'list': {
      const { after, open } = parse(listBody, body)
      if (open) return { uploads: [], open: parts.openAfter(after ?? null, UPLOADS_MAX) }
      const uploads = parts.ledgers.unacknowledged(after ?? null, UPLOADS_MAX)
      return { uploads: uploads.map((upload) => ({ upl: upload.upl, receipt: signReceipt(identity, upload) })) }
    }
    case 'ack':
      return { done: await parts.ledgers.acknowledge(parse(uploadsBody, body).upls) }
    case 'drop':
      return { done: await dropUploads(options, parse(uploadsBody, body).upls) }
    case 'stat':
      return { parts: await statUploads(parts, parse(uploadsBody, body).upls) }
    case 'aside': {
      const { action, ids } = parse(asideBody, body)
      return { done: options.settleAside(action, ids) }
    }
    case 'check':
      return { begun: options.beginCheck() }
    case 'status': {
      const { group, storageId, keys } = identity
      const report = await options.status()
      return { ...report, httpPort: options.httpPort(), group, storageId, kids: keys?.kids ?? [] }
    }
  }
}

/** Ends unfinished uploads. What is finished stays: its file belongs to the web application. */
async function dropUploads({ parts, slots }: ServiceOptions, upls: readonly string[]): Promise<string[]> {
  const done: string[] = []
  for (const upl of upls) {
    const release = await slots.acquire(upl, () => undefined)
    try {
      await parts.remove(upl)
      done.push(upl)
    } catch (error) {
      if (!(error instanceof UploadError)) throw error
      // There is nothing left to drop.
      if (error.code === 'not_found' || error.code === 'gone') done.push(upl)
      else if (error.code !== 'upload_finished') throw error
    } finally {
      release()
    }
  }
  return done
}

async function statUploads(parts: DiskPartStore, upls: readonly string[]): Promise<object[]> {
  const found: object[] = []
  for (const upl of upls) {
    try {
      const { ep, offset, state } = await parts.status(upl)
      found.push({ upl, ep, offset, state })
    } catch (error) {
      if (!(error instanceof UploadError)) throw error
    }
  }
  return found
}

function parse<T>(schema: z.ZodType<T>, body: Buffer): T {
  const result = schema.safeParse(body.length === 0 ? {} : parseJson(body))
  if (!result.success) throw new HttpError(400, 'bad_request', z.prettifyError(result.error))
  return result.data
}

/** undefined, which no schema takes, when it is not JSON. */
function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
