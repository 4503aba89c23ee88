import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Target } from '@cairn/tus-conformance'
import { receiptOf, tusCalls } from './http-call.ts'
import { newUploadId, type WebKeys, type WebStorage } from './web-storage.ts'

/** A storage for the tus conformance suite: each upload has a ticket of its own, and its content is read from the disk. */
export function conformanceTarget(storage: WebStorage, web: WebKeys, folder: string): Target {
  const tickets = new Map<string, string>()
  const uploadOf = (url: string) => new URL(url).pathname.split('/').at(-1) ?? ''
  return {
    url: `${storage.url}/files/`,
    headersFor({ uploadUrl, lengthMax }) {
      const upl = uploadUrl === null ? newUploadId() : uploadOf(uploadUrl)
      const ticket = tickets.get(upl) ?? web.upload({ upl, len: lengthMax })
      tickets.set(upl, ticket)
      return { Authorization: `Bearer ${ticket}` }
    },
    async read(url) {
      const upl = uploadOf(url)
      const receipt = await receiptOf(tusCalls(storage.http.port, upl, tickets.get(upl) ?? ''))
      const { fid } = web.receipt(receipt)
      return readFile(join(folder, 'path0', 'data', fid.split('/').slice(2).join('/')))
    },
    expire: (url) => storage.parts.remove(uploadOf(url)),
  }
}
