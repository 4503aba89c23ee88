'use client'

import { useQuery } from '@tanstack/react-query'
import { ArrowLeft } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { cn } from '../../components/class-names.ts'
import type { AdminCounts } from '../../features/admin/schema.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { callApi } from '../../lib/call-api.ts'
import { type AdminPage, adminIcons, adminPages } from './admin-pages.ts'
import { NavLink } from './nav-link.tsx'

const FRESH_MS = 5_000

const isCounted = (page: AdminPage): page is AdminPage & keyof AdminCounts =>
  page === 'people' || page === 'groups' || page === 'shares' || page === 'jobs'

function useCounts(): AdminCounts | undefined {
  const { data } = useQuery({
    // Under this key everything is asked for again after a change.
    queryKey: ['admin', 'counts'],
    queryFn: () => callApi<AdminCounts>('/api/admin/counts'),
    refetchInterval: FRESH_MS,
  })
  return data
}

/** The sidebar of the administration. */
export function AdminLinks({ onOpened }: { onOpened?: (() => void) | undefined }) {
  const t = useTranslations('admin')
  const format = useFormat()
  const counts = useCounts()
  const note = (page: AdminPage) => {
    const n = isCounted(page) ? counts?.[page] : undefined
    return n === undefined || n === 0 ? undefined : format.count(n)
  }
  return (
    <div className="flex min-h-full flex-col">
      <nav aria-label={t('backToDrive')}>
        <NavLink href="/drive" icon={ArrowLeft} onOpened={onOpened}>
          {t('backToDrive')}
        </NavLink>
      </nav>
      <nav aria-labelledby="administration" className="mt-4">
        <h2 id="administration" className="mb-1 px-2.5 font-medium text-12 text-ink-3">
          {t('administration')}
        </h2>
        {adminPages.map((page) => (
          <NavLink key={page} href={`/admin/${page}`} icon={adminIcons[page]} onOpened={onOpened} note={note(page)}>
            {t(page)}
          </NavLink>
        ))}
      </nav>
      {counts === undefined ? null : <StorageStates of={counts.storages} />}
    </div>
  )
}

/** How many storages are in which state; the worst gives the dot its colour. */
function StorageStates({ of: counts }: { of: AdminCounts['storages'] }) {
  const t = useTranslations('admin')
  const { active, syncing, offline } = counts
  // No tracker answers: the page of the capacity says so.
  if (active + syncing + offline === 0) return null
  const tone = syncing > 0 ? 'bg-accent' : 'bg-ok'
  return (
    <p className="mt-auto flex items-center gap-2 px-2.5 pt-6 text-12 text-ink-2 tabular-nums">
      <i aria-hidden="true" className={cn('size-1.5 shrink-0 rounded-full', offline > 0 ? 'bg-danger' : tone)} />
      {t('storages', counts)}
    </p>
  )
}
