'use client'

import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { SkeletonLines } from '../../components/asked.tsx'
import { Button } from '../../components/button.tsx'
import { FileName } from '../../components/file-name.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { listAccesses } from './share-api.ts'

/** Who came by a link, the latest first. */
export function AccessLog({ shareId }: { shareId: string }) {
  const t = useTranslations('shares')
  const format = useFormat()
  const log = useInfiniteQuery({
    queryKey: ['share-accesses', shareId],
    queryFn: ({ pageParam }) => listAccesses(shareId, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.before,
  })
  const accesses = log.data?.pages.flatMap((page) => page.accesses) ?? []
  return (
    <div className="scrollbar-thin min-h-40 overflow-y-auto px-6 pb-4 phone:px-5">
      <p className="pb-3 text-13 text-ink-3">{t('logNote')}</p>
      {log.isPending ? <SkeletonLines small="bare" /> : null}
      {log.isError ? <p role="alert">{t('unreachable')}</p> : null}
      {log.isSuccess && accesses.length === 0 ? <p className="text-ink-2">{t('logEmpty')}</p> : null}
      <ul>
        {accesses.map(({ id, at, address, device, action, name }) => (
          <li key={id} className="flex flex-wrap items-baseline gap-x-4 border-line border-b py-2 text-13">
            <span className="w-28 text-ink-2 tabular-nums">{format.date(at)}</span>
            <span className="flex min-w-0 flex-1 gap-1.5">
              {t('did', { action })}
              {name === null ? null : <FileName name={name} />}
            </span>
            <span className="text-ink-3">{[device, address].filter((part) => part !== '').join(' · ')}</span>
          </li>
        ))}
      </ul>
      {log.hasNextPage ? (
        <Button kind="accent" size="sm" className="mt-2" onClick={() => void log.fetchNextPage()}>
          {t('logMore')}
        </Button>
      ) : null}
    </div>
  )
}
