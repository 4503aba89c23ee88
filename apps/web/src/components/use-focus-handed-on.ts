import { type RefObject, useEffect } from 'react'

/**
 * A part of the page that goes while it has the focus would leave it to the whole page, where keys begin again at the
 * top: `next` has it then.
 */
export function useFocusHandedOn(part: RefObject<HTMLElement | null>, next: () => HTMLElement | null): void {
  useEffect(() => {
    const element = part.current
    if (element === null) return
    let holds = element.contains(document.activeElement)
    const take = () => {
      holds = true
    }
    const leave = ({ relatedTarget }: FocusEvent) => {
      // What goes while it has the focus leaves it to nobody.
      if (relatedTarget !== null) holds = false
    }
    const press = ({ target }: PointerEvent) => {
      if (target instanceof Node && !element.contains(target)) holds = false
    }
    const stop = listenToFocus(element, { take, leave, press })
    return () => {
      stop()
      if (holds && document.activeElement === document.body) next()?.focus({ preventScroll: true })
    }
  }, [part, next])
}

type FocusListeners = {
  take: (event: FocusEvent) => void
  leave: (event: FocusEvent) => void
  /** Anywhere on the page. */
  press: (event: PointerEvent) => void
}

/** Returns what ends it. */
export function listenToFocus(element: HTMLElement, { take, leave, press }: FocusListeners): () => void {
  const ended = new AbortController()
  const { signal } = ended
  element.addEventListener('focusin', take, { signal })
  element.addEventListener('focusout', leave, { signal })
  document.addEventListener('pointerdown', press, { capture: true, signal })
  return () => ended.abort()
}

/**
 * The place in the list where the keys were; an empty place has none, then the top of the page beside the sidebar.
 * Nothing while a dialog lies over the page: it keeps the focus itself.
 */
export function placeInList(): HTMLElement | null {
  const place = document.querySelector<HTMLElement>('#files [tabindex="0"]')
  // Some are there for narrow windows alone.
  const first = () => [...document.querySelectorAll<HTMLElement>('main button')].find((each) => each.checkVisibility())
  const next = place ?? first() ?? null
  return next?.closest('[aria-hidden="true"]') == null ? next : null
}
