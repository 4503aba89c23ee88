const FRAME_LIFE_MS = 60_000

/**
 * Downloads through a hidden frame: a link would make the browser ask whether to leave the page while uploads run, and
 * a storage that does not answer would replace the page with an error.
 */
export function downloadInFrame(url: string): void {
  const frame = document.createElement('iframe')
  frame.hidden = true
  frame.src = url
  document.body.append(frame)
  setTimeout(() => frame.remove(), FRAME_LIFE_MS)
}
