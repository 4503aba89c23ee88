import { type RefObject, useEffect } from 'react'

/** Keeps an element as high as what is to be seen of the page: the keyboard of a phone covers its lower half. */
export function useVisibleHeight(element: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const seen = window.visualViewport
    if (seen === null) return
    const follow = () => {
      const { style } = element.current ?? { style: null }
      if (style === null) return
      style.height = `${seen.height}px`
      style.top = `${seen.offsetTop}px`
    }
    follow()
    seen.addEventListener('resize', follow)
    seen.addEventListener('scroll', follow)
    return () => {
      seen.removeEventListener('resize', follow)
      seen.removeEventListener('scroll', follow)
    }
  }, [element])
}
