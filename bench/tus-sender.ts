import { randomBytes } from 'node:crypto'
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { verify } from '@cairn/dfs-core/tickets'
import { uploadTicket } from './bench-tickets.ts'
import type { DriveStorage, UploadDrive } from './upload-drive.ts'

const GROUP = 'group1'
const RECEIPT_POLL_MS = 20

interface Answer {
  status: number
  text: string
}

/** One upload to one storage over one connection, as a browser sends it. */
export class TusSender {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  readonly #upl = randomBytes(16).toString('hex')
  readonly #drive: UploadDrive
  readonly #storage: DriveStorage
  readonly #size: number
  readonly #ticket: string
  #sent = 0

  constructor(drive: UploadDrive, storage: DriveStorage, size: number) {
    this.#drive = drive
    this.#storage = storage
    this.#size = size
    this.#ticket = uploadTicket({ group: GROUP, storageId: storage.id, keys: drive.keys }, size, this.#upl)
  }

  async create(): Promise<void> {
    await this.#call('POST', '/files/', { headers: { 'Upload-Length': String(this.#size) }, status: 201 })
  }

  /** Sends the next bytes. */
  async send(bytes: Buffer): Promise<void> {
    const headers = { 'Upload-Offset': String(this.#sent), 'Content-Type': 'application/offset+octet-stream' }
    await this.#call('PATCH', `/files/${this.#upl}`, { headers, body: bytes, status: 204 })
    this.#sent += bytes.length
  }

  /** What the storage vouches for once it has everything: file ID and hash. */
  async receipt(): Promise<{ fileId: string; sha256: string }> {
    for (;;) {
      const { status, text } = await this.#call('GET', `/files/${this.#upl}/receipt`, {})
      if (status === 200) {
        const { receipt } = JSON.parse(text) as { receipt: string }
        const ring = this.#drive.keys.receiptRing(GROUP, this.#storage.id)
        const { fid, sha256 } = verify(receipt, 'receipt', ring, Math.floor(Date.now() / 1000))
        return { fileId: fid, sha256 }
      }
      if (status !== 202) throw new Error(`no receipt: ${status} ${text}`)
      await sleep(RECEIPT_POLL_MS)
    }
  }

  close(): void {
    this.#agent.destroy()
  }

  /** Throws when another status than the wanted one comes. */
  async #call(
    method: string,
    path: string,
    options: { headers?: Record<string, string>; body?: Buffer; status?: number },
  ): Promise<Answer> {
    const headers = { 'Tus-Resumable': '1.0.0', Authorization: `Bearer ${this.#ticket}`, ...options.headers }
    const answer = await new Promise<Answer>((resolve, reject) => {
      const { httpPort: port } = this.#storage
      const sending = request({ host: '127.0.0.1', port, method, path, headers, agent: this.#agent }, (response) => {
        response.setEncoding('utf8')
        let text = ''
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('error', reject)
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      })
      sending.on('error', reject)
      sending.end(options.body)
    })
    if (options.status !== undefined && answer.status !== options.status) {
      throw new Error(`${method} ${path} was answered with ${answer.status}: ${answer.text}`)
    }
    return answer
  }
}
