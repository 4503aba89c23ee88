import { createHash, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { type FileId, ProtocolError, parseFileId } from '@cairn/dfs-core'
import { type DownloadFacts, type FileTimes, HttpError, plainFacts, RANGES_MAX } from '@cairn/dfs-http'
import type { PlainLinkConfig } from '../plain-link-config.ts'
import { createMediaTypes } from './media-types.ts'

/** A link without a ticket, as FastDFS's module for nginx takes them (client protocol §8). */
export interface PlainLink {
  readonly fileId: string
  readonly file: FileId
  readonly query: URLSearchParams
  /** Path and query as they came. */
  readonly url: string
}

/** What is sent instead of a file whose token is wrong (`http.anti_steal.token_check_fail`). */
export interface RefusalPage {
  readonly type: string
  readonly body: Buffer
}

/** The other member to ask for a file that is not here. */
export interface Elsewhere {
  readonly host: string
  /** It has all files of a disk that was lost here; otherwise the file was first written to it. */
  readonly isHelper: boolean
}

const URL_LENGTH_MIN = 16
const TOKEN = /^[0-9a-f]{32}$/

/** Links at `http_access = open` and `anti_steal`. */
export class PlainLinks {
  readonly #config: PlainLinkConfig
  readonly #group: string
  readonly #checksTokens: boolean
  readonly #typeOf: (extension: string) => string
  readonly #refusal: RefusalPage | null

  constructor(config: PlainLinkConfig, { group, checksTokens }: { group: string; checksTokens: boolean }) {
    this.#config = config
    this.#group = group
    this.#checksTokens = checksTokens
    this.#typeOf = createMediaTypes(config.mimeTypesFile, config.defaultContentType)
    this.#refusal = config.tokenCheckFail === null ? null : this.#readRefusal(config.tokenCheckFail)
  }

  /** The file of `/group1/M00/…` or `/M00/…`. 400 for what is no file's name, 404 for another group's. */
  parse(pathname: string, query: string): PlainLink {
    const [, group = this.#group, name] = /^\/(?:([A-Za-z0-9]{1,16})\/)?(M[0-9A-F]{2}\/.*)$/.exec(pathname) ?? []
    if (name === undefined || pathname.length < URL_LENGTH_MIN) throw badLink()
    const fileId = `${group}/${name}`
    const url = query === '' ? pathname : `${pathname}?${query}`
    const link = { fileId, file: parseOrRefuse(fileId), query: new URLSearchParams(query), url }
    if (group !== this.#group) throw new HttpError(404, 'not_found', 'another group has this file')
    return link
  }

  /** Null: the link is good. Otherwise what is sent instead; 400 when nothing is configured for that. */
  refuse({ file, query }: PlainLink): RefusalPage | null {
    if (!this.#checksTokens) return null
    const token = query.get('token')
    const time = query.get('ts')
    if (token === null || time === null) throw new HttpError(400, 'token_missing', 'the link needs token and ts')
    if (this.#isGood(file.logicName, token, time)) return null
    if (this.#refusal !== null) return this.#refusal
    throw new HttpError(400, 'token_refused', 'the token of the link is wrong, or its time is over')
  }

  facts({ file, query }: PlainLink, times: FileTimes): DownloadFacts {
    const { multiRange } = this.#config
    const contentType = this.#typeOf(file.extension.toLowerCase())
    const rangesMax = multiRange ? RANGES_MAX : 1
    return { ...plainFacts(file, times, { contentType, fileName: query.get('filename') }), rangesMax }
  }

  /** Throws the answer for a file that is not here; returns when it is to be fetched from its source. */
  missing({ file, query, url }: PlainLink, elsewhere: Elsewhere | null, port: number): void {
    const { syncMaxDelaySeconds, responseMode } = this.#config
    const isOld = Date.now() / 1000 - file.timestamp > syncMaxDelaySeconds
    if (elsewhere === null || (isOld && !elsewhere.isHelper)) {
      throw new HttpError(404, 'not_found', 'there is no such file')
    }
    if (query.has('redirect')) throw new HttpError(400, 'not_here', 'the file is not here either')
    if (responseMode === 'proxy') return
    const host = elsewhere.host.includes(':') ? `[${elsewhere.host}]` : elsewhere.host
    const server = port === 80 ? host : `${host}:${port}`
    const location = `http://${server}${url}${url.includes('?') ? '&' : '?'}redirect=1`
    throw new HttpError(302, 'elsewhere', 'another member has the file', { Location: location })
  }

  /** MD5 of name without group, key and time; time 0 never ends, a later time than now is taken. */
  #isGood(logicName: string, token: string, time: string): boolean {
    const { secretKey, tokenTtlSeconds } = this.#config
    if (!TOKEN.test(token) || !/^\d{1,10}$/.test(time)) return false
    const seconds = Number(time)
    if (seconds !== 0 && Date.now() / 1000 - seconds > tokenTtlSeconds) return false
    const expected = createHash('md5').update(`${logicName}${secretKey}${seconds}`).digest('hex')
    return timingSafeEqual(Buffer.from(expected), Buffer.from(token))
  }

  #readRefusal(path: string): RefusalPage {
    return { type: this.#typeOf(extname(path).slice(1).toLowerCase()), body: readFileSync(path) }
  }
}

function parseOrRefuse(fileId: string): FileId {
  if (fileId.endsWith('-m')) throw badLink()
  try {
    return parseFileId(fileId)
  } catch (error) {
    if (error instanceof ProtocolError) throw badLink()
    throw error
  }
}

function badLink(): HttpError {
  return new HttpError(400, 'bad_request', 'this is not the name of a file')
}
