'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { cn } from '../../../components/class-names.ts'

const pages = ['profile', 'security', 'appearance', 'uploads', 'kept'] as const

export function SettingsTabs() {
  const t = useTranslations('account')
  const pathname = usePathname()
  return (
    <nav
      aria-label={t('settings')}
      className="scrollbar-thin -mx-3 flex shrink-0 gap-1 overflow-x-auto overflow-y-hidden border-line border-b px-0"
    >
      {pages.map((page) => {
        const isHere = pathname === `/settings/${page}`
        return (
          <Link
            key={page}
            href={`/settings/${page}`}
            prefetch={false}
            aria-current={isHere ? 'page' : undefined}
            className={cn(
              'inline-flex h-11 shrink-0 items-center border-b-2 px-3 text-13',
              isHere ? 'border-accent font-[550] text-accent-text' : 'border-transparent text-ink-2 hover:text-ink',
            )}
          >
            {t(`${page}Page`)}
          </Link>
        )
      })}
    </nav>
  )
}
