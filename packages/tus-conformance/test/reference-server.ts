import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { crc32 } from 'node:zlib'
import type { Fault } from './faults.ts'

const SIZE_MAX = 1_000_000
const EXPIRY_MS = 60_000

interface Upload {
  length: number | null
  content: Buffer
  metadata: string | undefined
  concat: string | undefined
}

export interface ReferenceServer {
  url: string
  read(uploadUrl: string): Promise<Buffer>
  expire(uploadUrl: string): Promise<void>
  close(): Promise<void>
}

/** A tus 1.0.0 server in memory that does everything right but one thing. */
export async function startReferenceServer(fault: Fault | null): Promise<ReferenceServer> {
  const tus = new ReferenceTus(fault)
  const server = createServer((request, response) => tus.handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/files`,
    read: (url) => Promise.resolve(tus.uploads.get(nameOf(url))?.content ?? Buffer.alloc(0)),
    expire: (url) => {
      if (fault !== 'uploads never expire') tus.uploads.delete(nameOf(url))
      return Promise.resolve()
    },
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

class Refusal extends Error {
  readonly status: number
  readonly headers: Record<string, string>

  constructor(status: number, headers: Record<string, string> = {}) {
    super(`status ${status}`)
    this.status = status
    this.headers = headers
  }
}

type Answer = [status: number, headers: Record<string, string | undefined>]

class ReferenceTus {
  readonly uploads = new Map<string, Upload>()
  readonly #fault: Fault | null

  constructor(fault: Fault | null) {
    this.#fault = fault
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = []
    let isWhole = false
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      isWhole = true
      this.#respond(request, response, Buffer.concat(chunks))
    })
    request.on('error', () => undefined)
    request.on('close', () => {
      if (isWhole || this.#has('a broken PATCH is forgotten')) return
      const content = Buffer.concat(chunks)
      const length = Number(request.headers['content-length'])
      const whole = this.#has('a broken PATCH counts as whole') ? Buffer.alloc(length) : content
      this.#respond(request, response, whole)
    })
  }

  #has(...faults: Fault[]): boolean {
    return this.#fault !== null && faults.includes(this.#fault)
  }

  #respond(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    const [status, headers] = this.#answer(request, body)
    const isSilent = this.#has(status < 400 ? 'answers have no Tus-Resumable' : 'refusals have no Tus-Resumable')
    const all = { ...(!isSilent && { 'Tus-Resumable': '1.0.0' }), ...headers }
    for (const [name, value] of Object.entries(all)) if (value !== undefined) response.setHeader(name, value)
    response.writeHead(status).end()
  }

  #answer(request: IncomingMessage, body: Buffer): Answer {
    try {
      const override = this.#has('X-HTTP-Method-Override is ignored')
        ? undefined
        : request.headers['x-http-method-override']
      const method = typeof override === 'string' ? override : request.method
      if (method === 'OPTIONS') return this.#options(request)
      this.#checkVersion(request)
      if (method === 'POST') return this.#post(request, body)
      const name = nameOf(request.url ?? '')
      const upload = this.#find(name)
      if (method === 'HEAD') return this.#head(upload)
      if (method === 'PATCH') return this.#patch(request, upload, body)
      if (!this.#has('DELETE deletes nothing')) this.uploads.delete(name)
      return [this.#has('DELETE is answered 200') ? 200 : 204, {}]
    } catch (error) {
      if (error instanceof Refusal) return [error.status, error.headers]
      throw error
    }
  }

  #options({ headers }: IncomingMessage): Answer {
    const asked = headers['tus-resumable']
    if (this.#has('OPTIONS obeys Tus-Resumable') && asked !== undefined && asked !== '1.0.0') throw new Refusal(412)
    const version = this.#has('Tus-Version is not a list of versions') ? 'v1' : '1.0.0'
    const creation = this.#has('creation is not announced') ? '' : 'creation,'
    const algorithms = this.#has('algorithms are in upper case') ? 'sha1,SHA256' : 'sha1,sha256,crc32'
    return [
      204,
      {
        'Tus-Version': this.#has('OPTIONS has no Tus-Version') ? undefined : version,
        'Tus-Extension': `${creation}creation-with-upload,creation-defer-length,expiration,checksum,checksum-trailer,termination,concatenation`,
        'Tus-Max-Size': this.#has('Tus-Max-Size has a unit') ? '1 MB' : `${SIZE_MAX}`,
        'Tus-Checksum-Algorithm': algorithms,
      },
    ]
  }

  #checkVersion({ headers }: IncomingMessage): void {
    if (headers['tus-resumable'] === '1.0.0' || this.#has('another version is processed')) return
    const named = this.#has('the answer 412 names no version') ? {} : { 'Tus-Version': '1.0.0' }
    throw new Refusal(this.#has('another version is answered 400') ? 400 : 412, named)
  }

  #find(name: string): Upload {
    const upload = this.uploads.get(name)
    if (upload !== undefined) return upload
    if (!this.#has('an unknown upload is a new one')) throw new Refusal(404)
    return { length: 10, content: Buffer.alloc(0), metadata: undefined, concat: undefined }
  }

  #post(request: IncomingMessage, body: Buffer): Answer {
    const upload = this.#newUpload(request)
    const hasBody = body.length > 0
    if (hasBody && !this.#has('the body of a creation is dropped')) {
      this.#checkType(request)
      if (!this.#has('checksums of creations are ignored')) this.#checkSum(request, body)
      this.#append(upload, 0, body)
    }
    const name = randomBytes(16).toString('hex')
    this.uploads.set(name, upload)
    const isCounted = hasBody && !this.#has('the body of a creation is stored and not counted')
    return [
      this.#has('a creation is answered 200') ? 200 : 201,
      {
        Location: this.#has('a creation has no Location') ? undefined : `/files/${name}`,
        'Upload-Offset': isCounted ? `${upload.content.length}` : undefined,
        'Upload-Expires': this.#has('POST has no expiry') ? undefined : this.#expires(),
      },
    ]
  }

  #newUpload({ headers }: IncomingMessage): Upload {
    const concat = headers['upload-concat']
    const metadata = this.#metadata(headers['upload-metadata'])
    if (typeof concat === 'string' && concat !== 'partial') return this.#joined(concat, metadata)
    const defer = headers['upload-defer-length']
    if (defer !== undefined && defer !== '1' && !this.#has('any Upload-Defer-Length is taken')) throw new Refusal(400)
    const length = defer === undefined ? this.#length(headers['upload-length']) : null
    return { length, content: Buffer.alloc(0), metadata, concat: typeof concat === 'string' ? concat : undefined }
  }

  #length(header: string | string[] | undefined): number {
    const text = String(header)
    if (header === undefined && this.#has('a length is not needed')) return 0
    if (text === '-1' && this.#has('a negative length is taken')) return 10
    if (!/^\d+$/.test(text) || (text === '0' && this.#has('an empty upload is refused'))) throw new Refusal(400)
    if (Number(text) > SIZE_MAX && !this.#has('Tus-Max-Size is not obeyed')) throw new Refusal(413)
    return Number(text)
  }

  #metadata(header: string | string[] | undefined): string | undefined {
    if (header === undefined || this.#has('metadata are forgotten')) return undefined
    const text = String(header)
    const pairs = text.split(',').map((pair) => pair.split(' '))
    const isRight = pairs.every(([key = '', value = '', ...rest]) => key !== '' && rest.length === 0 && isBase64(value))
    const isUnique = new Set(pairs.map(([key]) => key)).size === pairs.length
    if (!(isRight && isUnique) && !this.#has('any metadata are sent back')) throw new Refusal(400)
    return text
  }

  #joined(concat: string, metadata: string | undefined): Upload {
    const list = /^final;(\S+( \S+)*)$/.exec(concat)?.[1]
    if (list === undefined) throw new Refusal(400)
    const parts = list.split(' ').map((url) => this.#find(nameOf(url)))
    for (const part of parts) {
      if (part.concat !== 'partial' && !this.#has('any uploads are joined')) throw new Refusal(400)
      const isComplete = part.content.length === part.length
      if (!isComplete && !this.#has('unfinished partial uploads are joined')) throw new Refusal(400)
    }
    const content = Buffer.concat(parts.map((part) => part.content))
    if (this.#has('partial uploads are joined backwards')) parts.reverse()
    const first = parts[0]
    return {
      length: this.#has('the length of a final upload is that of its first') ? (first?.length ?? 0) : content.length,
      content: this.#has('partial uploads are joined backwards')
        ? Buffer.concat(parts.map((part) => part.content))
        : content,
      metadata: this.#has('metadata of the first partial upload are kept') ? first?.metadata : metadata,
      concat,
    }
  }

  #head({ length, content, metadata, concat }: Upload): Answer {
    const isComplete = content.length === length
    const isHidden =
      (content.length === 0 && this.#has('HEAD leaves out an offset of 0')) ||
      (isComplete && this.#has('HEAD of a complete upload has no offset')) ||
      (concat?.startsWith('final') === true && this.#has('a final upload is never joined'))
    const isDeferred = length === null || this.#has('a length stays deferred')
    const isLost = isComplete && this.#has('metadata are forgotten at the end')
    const isPlain =
      (concat === 'partial' && this.#has('partial uploads look like others')) ||
      this.#has('a final upload does not say so')
    return [
      200,
      {
        'Upload-Offset': isHidden ? undefined : `${content.length}`,
        'Upload-Length': length === null || this.#has('HEAD has no length') ? undefined : `${length}`,
        'Upload-Defer-Length': isDeferred && !this.#has('a deferred length is not told') ? '1' : undefined,
        'Upload-Metadata': isLost ? undefined : metadata,
        'Upload-Concat': isPlain ? undefined : concat,
        'Cache-Control': this.#has('HEAD may be cached') ? undefined : 'no-store',
      },
    ]
  }

  #patch(request: IncomingMessage, upload: Upload, body: Buffer): Answer {
    const isFinal = upload.concat?.startsWith('final') === true
    if (isFinal && !this.#has('a final upload takes bytes')) throw new Refusal(403)
    this.#checkType(request)
    this.#setLength(request, upload)
    const before = upload.content.length
    const offset = this.#offset(request, before)
    if (!this.#has('checksums are ignored')) this.#checkSum(request, body, () => this.#append(upload, offset, body))
    const isDropped = this.#has('chunked bodies are not stored') && request.headers['content-length'] === undefined
    if (!isDropped) this.#append(upload, offset, body)
    const told = this.#has('PATCH announces the offset before it') ? before : upload.content.length
    return [
      this.#has('PATCH is answered 200') ? 200 : 204,
      {
        'Upload-Offset': this.#has('PATCH has no offset') ? undefined : `${told}`,
        'Upload-Expires': this.#has('PATCH has no expiry') ? undefined : this.#expires(),
      },
    ]
  }

  #setLength({ headers }: IncomingMessage, upload: Upload): void {
    if (headers['upload-length'] === undefined) return
    const length = this.#length(headers['upload-length'])
    const mayChange = upload.length === null || this.#has('a length can be changed')
    const isRoom = length >= upload.content.length || this.#has('a length below the offset is set')
    if (!mayChange || !isRoom) throw new Refusal(400)
    upload.length = length
  }

  #offset({ headers }: IncomingMessage, current: number): number {
    const text = String(headers['upload-offset'] ?? '')
    if (text === '' && this.#has('a missing offset is taken for the current one')) return current
    if (!/^\d+$/.test(text)) throw new Refusal(400)
    const offset = Number(text)
    if (offset > current && this.#has('an offset ahead leaves a hole')) return offset
    if (offset < current && this.#has('an offset behind overwrites')) return offset
    if (offset !== current) throw new Refusal(this.#has('a wrong offset is answered 400') ? 400 : 409)
    return offset
  }

  #append(upload: Upload, offset: number, body: Buffer): void {
    const end = offset + body.length
    const isTooMuch = end > (upload.length ?? SIZE_MAX) && !this.#has('more bytes than the length are taken')
    if (isTooMuch) throw new Refusal(413)
    const content = Buffer.alloc(Math.max(upload.content.length, end))
    upload.content.copy(content)
    body.copy(content, offset)
    upload.content = content
  }

  #checkType({ headers }: IncomingMessage): void {
    if (headers['content-type'] !== 'application/offset+octet-stream' && !this.#has('any Content-Type is taken')) {
      throw new Refusal(415)
    }
  }

  #checkSum(request: IncomingMessage, body: Buffer, store?: () => void): void {
    const trailer = this.#has('checksums in trailers are ignored') ? undefined : request.trailers['upload-checksum']
    const header = trailer ?? request.headers['upload-checksum']
    if (header === undefined) return
    const [algorithm = '', digest = ''] = String(header).split(' ')
    const known = this.#has('sha1 is not known') ? ['sha256', 'crc32'] : ['sha1', 'sha256', 'crc32']
    if (!known.includes(algorithm) || digest !== digest.padEnd(8, '!') || !isBase64(digest)) throw new Refusal(400)
    if (digestOf(algorithm, body) === digest) return
    if (this.#has('a wrong checksum is stored')) store?.()
    throw new Refusal(460)
  }

  #expires(): string {
    const at = new Date(Date.now() + EXPIRY_MS)
    return this.#has('the expiry is in seconds') ? `${at.getTime() / 1000}` : at.toUTCString()
  }
}

function nameOf(url: string): string {
  return url.split('/').at(-1) ?? ''
}

function isBase64(text: string): boolean {
  return Buffer.from(text, 'base64').toString('base64') === text
}

function digestOf(algorithm: string, bytes: Buffer): string {
  if (algorithm !== 'crc32') return createHash(algorithm).update(bytes).digest('base64')
  const value = Buffer.alloc(4)
  value.writeUInt32BE(crc32(bytes))
  return value.toString('base64')
}
