'use client'

import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Asked } from '../../components/asked.tsx'
import { Button } from '../../components/button.tsx'
import { Segmented } from '../../components/segmented.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { callApi } from '../../lib/call-api.ts'
import { Box } from './box.tsx'
import { CsvLink } from './csv-link.tsx'
import type { LargestItem, LargestPage, LargestQuery } from './schema.ts'

const TOP = 20
type Kind = LargestQuery['kind']

/** Who and what takes most of the space: the first twenty with bars, then everything. */
export function LargestBox() {
  const t = useTranslations('capacity')
  const format = useFormat()
  const [kind, setKind] = useState<Kind>('people')
  const [isWhole, setWhole] = useState(false)
  const asked = useInfiniteQuery({
    queryKey: ['admin', 'largest', kind],
    queryFn: ({ pageParam }) => callApi<LargestPage>(largestUrl(kind, pageParam)),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  })
  const { data, hasNextPage, fetchNextPage, isFetchingNextPage } = asked
  const items = data?.pages.flatMap((page) => page.items) ?? []
  const countedAt = data?.pages[0]?.countedAt ?? null
  const shown = isWhole ? items : items.slice(0, TOP)
  const hasMore = isWhole ? hasNextPage : items.length > TOP
  const kinds = (['people', 'folders', 'files'] as const).map((value) => {
    const label = t(`largest_${value}`)
    return { value, label, content: label }
  })
  return (
    <Box
      title={t('largest')}
      {...(countedAt === null ? {} : { note: t('countedAt', { date: format.date(countedAt) }) })}
      actions={
        <>
          <Segmented label={t('largest')} value={kind} segments={kinds} onChange={setKind} />
          <CsvLink href={`/api/admin/capacity/export?table=largest&kind=${kind}`} what={t(`largest_${kind}`)} />
        </>
      }
    >
      <Asked of={asked} small="boxed">
        {() => <LargestTable items={shown} kind={kind} largest={items[0]?.bytes ?? 0} />}
      </Asked>
      {hasMore ? (
        <Button
          kind="ghost"
          size="sm"
          className="mx-3 my-2 self-start"
          disabled={isFetchingNextPage}
          onClick={() => (isWhole ? fetchNextPage() : setWhole(true))}
        >
          {t(isWhole ? 'more' : 'wholeTable')}
        </Button>
      ) : null}
    </Box>
  )
}

function largestUrl(kind: Kind, cursor: string): string {
  return `/api/admin/capacity/largest?${new URLSearchParams({ kind, ...(cursor === '' ? {} : { cursor }) })}`
}

type LargestTableProps = { items: readonly LargestItem[]; kind: Kind; largest: number }

function LargestTable({ items, kind, largest }: LargestTableProps) {
  const t = useTranslations('capacity')
  const format = useFormat()
  if (items.length === 0) return <p className="px-5 pb-5 text-13 text-ink-3">{t('nothingKept')}</p>
  return (
    <table className="mb-2 w-full table-fixed text-13 tabular-nums">
      <thead>
        <tr className="h-[30px] border-line border-b text-12 text-ink-3 *:font-medium">
          <th scope="col" className="pl-5 text-left phone:pl-4">
            {t('name')}
          </th>
          <th scope="col" className="w-[30%] px-3 text-left phone:hidden">
            {t('owner')}
          </th>
          {kind === 'files' ? null : (
            <th scope="col" className="w-[84px] text-right">
              {t('files')}
            </th>
          )}
          <th scope="col" className="w-[96px] pr-5 text-right phone:pr-4">
            {t('size')}
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={item.id} className="h-10">
            <td className="pl-5 phone:pl-4">
              <span className="block truncate" title={item.name}>
                <bdi>{item.name}</bdi>
              </span>
              <i
                aria-hidden="true"
                className="mt-0.5 block h-1 min-w-0.5 rounded-full bg-accent forced-colors:bg-[CanvasText]"
                style={{ width: `${largest === 0 ? 0 : (100 * item.bytes) / largest}%` }}
              />
            </td>
            <td className="truncate px-3 text-ink-2 phone:hidden">{item.owner}</td>
            {kind === 'files' ? null : <td className="text-right text-ink-2">{format.count(item.files ?? 0)}</td>}
            <td className="pr-5 text-right phone:pr-4">{format.size(item.bytes)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
