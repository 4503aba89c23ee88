'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useEffect, useRef } from 'react'
import { cn } from '../../../components/class-names.ts'
import { adminPages } from '../admin-pages.ts'

/** The pages of the administration where there is no sidebar. */
export function AdminTabs() {
  const t = useTranslations('admin')
  const pathname = usePathname()
  const tabs = useRef<HTMLElement>(null)
  // On a phone not all of them fit: the one of this page is to be seen.
  // biome-ignore lint/correctness/useExhaustiveDependencies: with each page another one.
  useEffect(() => {
    const here = tabs.current?.querySelector<HTMLElement>('[aria-current="page"]')
    if (here && tabs.current)
      tabs.current.scrollLeft = here.offsetLeft - (tabs.current.clientWidth - here.offsetWidth) / 2
  }, [pathname])
  return (
    <nav
      ref={tabs}
      aria-label={t('administration')}
      className="scrollbar-thin flex shrink-0 gap-1 overflow-x-auto border-line border-b px-3 wide:hidden"
    >
      {adminPages.map((page) => {
        const isHere = pathname.startsWith(`/admin/${page}`)
        return (
          <Link
            key={page}
            href={`/admin/${page}`}
            aria-current={isHere ? 'page' : undefined}
            className={cn(
              'inline-flex h-11 shrink-0 items-center border-b-2 px-3 text-13',
              isHere ? 'border-accent font-[550] text-accent-text' : 'border-transparent text-ink-2',
            )}
          >
            {t(page)}
          </Link>
        )
      })}
    </nav>
  )
}
