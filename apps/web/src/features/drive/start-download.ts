import { downloadInFrame } from '../../lib/download-in-frame.ts'
import { downloadUrl } from './api-client.ts'

const BETWEEN_MS = 400

/** Downloads files one by one: a browser drops those that come at the same time. */
export async function startDownload(ids: readonly string[]): Promise<void> {
  for (const [index, id] of ids.entries()) {
    if (index > 0) await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS))
    downloadInFrame(await downloadUrl(id))
  }
}
