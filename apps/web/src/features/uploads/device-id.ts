import { keepText, keptText } from '../../lib/site-storage.ts'

const KEY = 'cairn.device'
let known: string | null = null

/** This page. Not randomUUID: that is missing on plain http. */
export const pageId = randomId(2)

/** What this browser calls itself towards the server. */
function deviceId(): string {
  known ??= keptId()
  return known
}

/** Who sends an upload: this page of this browser. The server lets nobody else send it at the same time. */
export function senderId(): string {
  return `${deviceId()}.${pageId}`
}

export function isOfThisDevice(sender: string | null): boolean {
  return sender === null || sender.startsWith(`${deviceId()}.`)
}

/** A browser that keeps nothing for this site: each page is a device of its own. */
function keptId(): string {
  const kept = keptText(KEY)
  if (kept !== null) return kept
  const fresh = randomId(4)
  keepText(KEY, fresh)
  return fresh
}

function randomId(words: number): string {
  return [...crypto.getRandomValues(new Uint32Array(words))].map((word) => word.toString(36)).join('-')
}
