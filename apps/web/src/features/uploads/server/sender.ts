import { requireOwnOrigin } from '../../../lib/request-origin.ts'

const AGENT_CHARS_MAX = 256

/** What a request says of the browser that will send the bytes. */
export function senderOf(headers: Headers, device: string | undefined) {
  return {
    /** The origin under which the browser reached us. */
    requestOrigin: requireOwnOrigin(headers),
    device: device ?? null,
    deviceAgent: headers.get('user-agent')?.slice(0, AGENT_CHARS_MAX) ?? null,
  }
}
