import { useRef } from 'react'

/** Gives the focus back to what had it, unless something else has taken it meanwhile. */
export function giveFocusBack(to: Element | null): void {
  if (document.activeElement === document.body && to instanceof HTMLElement) to.focus({ preventScroll: true })
}

/** What had the focus when something opened: few dialogs have a button of their own that Radix could go back to. */
export function useOpener(open: boolean): { readonly current: Element | null } {
  const opener = useRef<Element | null>(null)
  const wasOpen = useRef(false)
  if (open && !wasOpen.current) opener.current = document.activeElement
  wasOpen.current = open
  return opener
}
