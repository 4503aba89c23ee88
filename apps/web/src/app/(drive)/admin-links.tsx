'use client'

import {
  ArrowLeft,
  Layers,
  Link2,
  ListChecks,
  type LucideIcon,
  ScrollText,
  Settings2,
  Users,
  UsersRound,
} from 'lucide-react'
import { useTranslations } from 'next-intl'
import { NavLink } from './nav-link.tsx'

const pages = ['capacity', 'people', 'groups', 'shares', 'jobs', 'audit', 'settings'] as const
const icons: Record<(typeof pages)[number], LucideIcon> = {
  capacity: Layers,
  people: Users,
  groups: UsersRound,
  shares: Link2,
  jobs: ListChecks,
  audit: ScrollText,
  settings: Settings2,
}

/** The sidebar of the administration. */
export function AdminLinks({ onOpened }: { onOpened?: (() => void) | undefined }) {
  const t = useTranslations('admin')
  return (
    <>
      <nav aria-label={t('backToDrive')}>
        <NavLink href="/drive" icon={ArrowLeft} onOpened={onOpened}>
          {t('backToDrive')}
        </NavLink>
      </nav>
      <nav aria-labelledby="administration" className="mt-4">
        <h2 id="administration" className="mb-1 px-2.5 font-medium text-12 text-ink-3">
          {t('administration')}
        </h2>
        {pages.map((page) => (
          <NavLink key={page} href={`/admin/${page}`} icon={icons[page]} onOpened={onOpened}>
            {t(page)}
          </NavLink>
        ))}
      </nav>
    </>
  )
}
