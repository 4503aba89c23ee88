/**
 * Puts text on the clipboard. Over plain http on a LAN there is no clipboard for scripts: then the old way, from a
 * field inside `near`, because a dialog keeps the focus within itself. False when the browser does not let us.
 */
export async function copyText(text: string, near: HTMLElement): Promise<boolean> {
  // Not there outside of secure contexts, whatever its type says.
  const clipboard: Clipboard | undefined = navigator.clipboard
  if (clipboard !== undefined) {
    const done = await clipboard.writeText(text).then(
      () => true,
      () => false,
    )
    if (done) return true
  }
  const field = document.createElement('textarea')
  field.value = text
  field.className = 'fixed top-0 opacity-0'
  near.append(field)
  field.select()
  const copied = document.execCommand('copy')
  field.remove()
  return copied
}
