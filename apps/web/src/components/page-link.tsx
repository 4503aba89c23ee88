'use client'

import { useRouter } from 'next/navigation'
import type { ComponentProps } from 'react'

/** A link to another page of the drive. Nothing is fetched before it is pressed, so it needs no more than this. */
export function PageLink({ href, onClick, ...rest }: ComponentProps<'a'> & { href: string }) {
  const router = useRouter()
  return (
    <a
      href={href}
      onClick={(event) => {
        onClick?.(event)
        const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey
        if (event.defaultPrevented || elsewhere) return
        event.preventDefault()
        router.push(href)
      }}
      {...rest}
    />
  )
}
