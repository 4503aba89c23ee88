import { downloadUrl } from './api-client.ts'

const FRAME_LIFE_MS = 60_000
const BETWEEN_MS = 400

/**
 * Downloads through a hidden frame: a link would make the browser ask whether to leave the page while uploads run, and
 * a storage that does not answer would replace the page with an error.
 */
export async function startDownload(ids: readonly string[]): Promise<void> {
  for (const [index, id] of ids.entries()) {
    if (index > 0) await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS))
    openInFrame(await downloadUrl(id))
  }
}

function openInFrame(url: string): void {
  const frame = document.createElement('iframe')
  frame.hidden = true
  frame.src = url
  document.body.append(frame)
  setTimeout(() => frame.remove(), FRAME_LIFE_MS)
}
