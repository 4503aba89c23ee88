import { createHash, createHmac, randomBytes } from 'node:crypto'
import { proofHead, rangeHead } from '../../src/features/uploads/possession.ts'
import type { Challenge, ProofAnswer } from '../../src/features/uploads/schema.ts'
import type { Answer, Browser } from './browser.ts'

export const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

/** An upload that was started and not yet sent. */
export interface Started {
  uploadId: string
  endpoint: string
  uploadUrl: string
  ticket: string
  hash: boolean
}

// The storage's origin as the browser sees it has the host name of our page, which only tests know.
export const reachable = (url: string) => url.replace('//drive.test:', '//127.0.0.1:')

/** Does what the page does to upload: starts, sends to the storage, hands in the receipt, claims. */
export class UploadClient {
  readonly browser: Browser

  constructor(browser: Browser) {
    this.browser = browser
  }

  async start(content: Buffer, more: Record<string, unknown> = {}, body = {}): Promise<Started> {
    const item = {
      clientId: '0',
      folderId: 'root',
      name: `${randomBytes(6).toString('hex')}.bin`,
      size: content.length,
    }
    const answer = await this.browser.post('/api/uploads', { ...body, items: [{ ...item, ...more }] })
    if (answer.body.items?.[0]?.ok !== true) throw new Error(`not started: ${JSON.stringify(answer.body)}`)
    return answer.body.items[0]
  }

  /** Creates it at its storage, without bytes; the status. */
  async begin({ endpoint, ticket }: Started, size: number): Promise<number> {
    const headers = { Authorization: `Bearer ${ticket}`, 'Tus-Resumable': '1.0.0', 'Upload-Length': `${size}` }
    return (await fetch(reachable(endpoint), { method: 'POST', headers })).status
  }

  /** The status of asking its storage for the offset. */
  async head({ uploadUrl, ticket }: Started): Promise<number> {
    const headers = { Authorization: `Bearer ${ticket}`, 'Tus-Resumable': '1.0.0' }
    return (await fetch(reachable(uploadUrl), { method: 'HEAD', headers })).status
  }

  /** Sends the bytes in one request, as for a small file; returns the receipt. */
  async send(started: Started, content: Buffer): Promise<string> {
    const headers = { Authorization: `Bearer ${started.ticket}`, 'Tus-Resumable': '1.0.0' }
    const created = await fetch(reachable(started.endpoint), {
      method: 'POST',
      headers: {
        ...headers,
        'Upload-Length': String(content.length),
        'Content-Type': 'application/offset+octet-stream',
      },
      body: new Uint8Array(content),
    })
    if (created.status !== 201) throw new Error(`the storage answered ${created.status}`)
    const receipt = created.headers.get('Cairn-Receipt')
    if (receipt) return receipt
    for (;;) {
      const polled = await fetch(`${reachable(started.uploadUrl)}/receipt`, { headers })
      if (polled.status === 200) return ((await polled.json()) as { receipt: string }).receipt
    }
  }

  async complete(started: Started, receipt: string): Promise<Answer['body']> {
    const items = [{ uploadId: started.uploadId, receipt }]
    return (await this.browser.post('/api/uploads/complete', { items })).body.items[0]
  }

  /** Stores content by sending it; the id of its entry. */
  async upload(content: Buffer, more: Record<string, unknown> = {}): Promise<string> {
    const started = await this.start(content, more)
    const { ok, entry } = await this.complete(started, await this.send(started, content))
    if (!ok) throw new Error('the upload was not completed')
    return entry.id
  }

  claim(started: Pick<Started, 'uploadId'>, claimed: { sha256: string; size: number }): Promise<Answer> {
    return this.browser.post(`/api/uploads/${started.uploadId}/claim`, claimed)
  }

  async challenge(started: Pick<Started, 'uploadId'>, content: Buffer): Promise<Challenge> {
    const { status, body } = await this.claim(started, { sha256: sha256(content), size: content.length })
    if (status !== 200) throw new Error(`no challenge: ${JSON.stringify(body)}`)
    return body
  }

  async prove(started: Pick<Started, 'uploadId'>, nonce: string, answer: string): Promise<ProofAnswer> {
    return (await this.browser.post(`/api/uploads/${started.uploadId}/proof`, { nonce, answer })).body
  }

  /** The whole of a claim by somebody who has the content. */
  async claimWith(started: Pick<Started, 'uploadId'>, content: Buffer): Promise<ProofAnswer> {
    const challenge = await this.challenge(started, content)
    return await this.prove(started, challenge.nonce, proofOf(started.uploadId, challenge, content))
  }
}

/** The right answer to a challenge, computed apart from the code under test but for the order of the fields. */
export function proofOf(uploadId: string, challenge: Challenge, content: Buffer, hash = sha256(content)): string {
  const mac = createHmac('sha256', Buffer.from(challenge.nonce, 'hex'))
  mac.update(proofHead(uploadId, hash, content.length))
  for (const range of challenge.ranges) {
    mac.update(rangeHead(range)).update(content.subarray(range.offset, range.offset + range.length))
  }
  return mac.digest('hex')
}
