import { type RefObject, useLayoutEffect, useRef } from 'react'

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

/**
 * What fades out has the keys no more: they are the page's at once, for whoever types on. Opened again before it is gone,
 * it gets them back.
 */
export function useKeysWhileOpen(
  open: boolean,
  content: RefObject<HTMLElement | null>,
  focusFirst: (content: HTMLElement) => void,
): void {
  useLayoutEffect(() => {
    const { activeElement } = document
    if (content.current === null) return
    if (open && activeElement === document.body) focusFirst(content.current)
    if (!open && activeElement instanceof HTMLElement && content.current.contains(activeElement)) activeElement.blur()
  }, [open, content, focusFirst])
}
