import type { IncomingMessage, ServerResponse } from 'node:http'
import { type FileId, FileInfoFlag } from '@cairn/dfs-core'
import type { DownloadTicket } from '@cairn/dfs-core/tickets'
import { DownloadAccess, factsByTicket, HttpError, planDownload, sendPlan } from '@cairn/dfs-http'
import { dfs } from '../lib/dfs.ts'
import { groupOf } from '../lib/stored-file-url.ts'
import { type ClusterGroups, ticketKeysOf } from './cluster-keys.ts'
import { asHttpError, StoredRanges } from './stored-ranges.ts'

interface WantedFile {
  fileId: string
  file: FileId
  token: string | null
}

interface DownloadsOptions {
  groups: ClusterGroups
  /** Where expired tickets are renewed. */
  webUrl: string | null
  webOrigins: readonly string[]
}

/** GET and HEAD of files, with the same answers as the storages' own. */
export class Downloads {
  readonly #options: DownloadsOptions
  readonly #access = new Map<string, DownloadAccess>()

  constructor(options: DownloadsOptions) {
    this.#options = options
  }

  async answer(request: IncomingMessage, response: ServerResponse, wanted: WantedFile): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new HttpError(405, 'method_not_allowed', 'files are read by GET and HEAD', { Allow: 'GET, HEAD' })
    }
    const { fileId, file, token } = wanted
    const access = await this.#accessTo(groupOf(fileId))
    const ticket = access.check(request, fileId, token)
    if (ticket === null) throw new HttpError(401, 'ticket_invalid', 'a ticket is required')
    const plan = planDownload(request, factsByTicket(file, timesOf(file, ticket), ticket))
    const [first] = plan.ranges
    if (request.method === 'HEAD' || first === undefined) {
      if (request.method === 'HEAD') await requireThere(fileId)
      response.writeHead(plan.status, plan.headers)
      response.end()
      return
    }
    const bytes = plan.ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0)
    const taken = access.take(ticket, token, { bytes, response })
    let isWhole = false
    try {
      const content = new StoredRanges(fileId)
      await content.open(first)
      response.writeHead(plan.status, plan.headers)
      isWhole = await sendPlan(content, response, plan)
    } finally {
      taken(isWhole)
    }
  }

  async #accessTo(group: string): Promise<DownloadAccess> {
    const known = this.#access.get(group)
    if (known !== undefined) return known
    if (!(await this.#options.groups.list()).includes(group)) {
      throw new HttpError(404, 'not_found', 'there is no such file')
    }
    const { webUrl, webOrigins } = this.#options
    const identity = { group, keys: ticketKeysOf([group]) }
    const access = new DownloadAccess({ identity, access: 'ticket', webUrl, webOrigins })
    this.#access.set(group, access)
    return access
  }
}

/** The name of a plain file tells its size; of a thumbnail, a slave file, only the drive knows it, and says so in the ticket. */
function timesOf({ kind, size, timestamp }: FileId, ticket: DownloadTicket): { size: number; mtimeMs: number } {
  const isPlain = kind === 'normal' || kind === 'trunk'
  return { size: isPlain ? size : ticket.sz, mtimeMs: timestamp * 1000 }
}

async function requireThere(fileId: string): Promise<void> {
  try {
    await dfs().fileInfo(fileId, FileInfoFlag.noCrc32)
  } catch (error) {
    throw asHttpError(error)
  }
}
