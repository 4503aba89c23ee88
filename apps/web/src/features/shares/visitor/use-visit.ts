'use client'

import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { usePathname, useSearchParams } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useEffect, useState } from 'react'
import { useToast } from '../../../components/toast.tsx'
import { useFormat } from '../../../i18n/use-format.ts'
import { ApiFailure, Unreachable } from '../../../lib/call-api.ts'
import { downloadInFrame } from '../../../lib/download-in-frame.ts'
import { SaveStopped, useSave } from './use-save.ts'
import { describeLink, downloadUrl, listLink, type VisitOrder } from './visit-api.ts'

const ROOT = 'root'

/** The link, the open folder of it, and its order. The folder is part of the address, so that "back" works. */
export function useVisit(id: string, onClosed: () => void) {
  const pathname = usePathname()
  const folder = useSearchParams().get('folder') ?? ROOT
  const [order, setOrder] = useState<VisitOrder>({ sort: 'name', dir: 'asc' })
  const link = useQuery({ queryKey: ['link', id], queryFn: () => describeLink(id) })
  const list = useInfiniteQuery({
    queryKey: ['link-entries', id, folder, order],
    queryFn: ({ pageParam }) => listLink(id, { folder, ...order, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  })
  const closed = [link.error, list.error].some((error) => error instanceof ApiFailure && error.code === 'share_closed')
  useEffect(() => {
    if (closed) onClosed()
  }, [closed, onClosed])
  // A folder that was shared alone is the link itself.
  const path = (list.data?.pages[0]?.path ?? []).slice(link.data?.more === 0 ? 1 : 0)
  return {
    link: link.data,
    failed: link.isError || list.isError,
    retry: () => void (link.isError ? link.refetch() : list.refetch()),
    list,
    items: list.data?.pages.flatMap((page) => page.items) ?? [],
    path,
    /** Of the open folder; null at the top of the link. */
    parent: path.length === 0 ? null : (path.at(-2)?.id ?? ROOT),
    total: list.data?.pages[0]?.total ?? 0,
    loadMore: () => {
      if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage()
    },
    folder,
    openFolder: (next: string) => {
      window.history.pushState(null, '', next === ROOT ? pathname : `${pathname}?folder=${encodeURIComponent(next)}`)
      window.scrollTo(0, 0)
    },
    order,
    sortBy: (sort: VisitOrder['sort']) => {
      const first = sort === 'name' ? 'asc' : 'desc'
      const turned = order.dir === 'asc' ? 'desc' : 'asc'
      setOrder({ sort, dir: order.sort === sort ? turned : first })
    },
  }
}

export type Visit = ReturnType<typeof useVisit>

/** What a visitor can do with what they see. Without ids: with all of it. */
export function useVisitActions(
  id: string,
  signedIn: boolean,
  { link, onClosed }: { link: Visit['link']; onClosed: () => void },
) {
  const client = useQueryClient()
  const toast = useToast()
  const sentence = useRefusal(link?.owner ?? '', onClosed)
  const refuse = (error: unknown) => {
    const text = sentence(error)
    if (text !== null) toast({ text, problem: true })
  }
  const refresh = () => void client.invalidateQueries({ queryKey: ['link', id] })

  const download = async (ids?: readonly string[]) => {
    try {
      downloadInFrame(await downloadUrl(id, ids))
    } catch (error) {
      refuse(error)
    }
    refresh()
  }
  const saving = useSave(id, { isReady: link !== undefined, signedIn, onRefused: refuse, onEnd: refresh })
  return {
    download: (ids?: readonly string[]) => void download(ids),
    /** Asks anew what the link allows; it may have ended. */
    refresh,
    ...saving,
  }
}

/** The sentence for what was refused; null when the whole page changes instead. */
function useRefusal(owner: string, onClosed: () => void) {
  const t = useTranslations('visitor')
  const format = useFormat()
  return (error: unknown): string | null => {
    if (error instanceof Unreachable) return t('failed')
    if (error instanceof SaveStopped) return error.code === 'quota_exceeded' ? t('full') : t('failed')
    if (!(error instanceof ApiFailure)) throw error
    switch (error.code) {
      case 'share_closed':
        onClosed()
        return null
      case 'downloads_used_up':
        return t('usedUp', { name: owner })
      case 'quota_exceeded':
        return t('noSpace', { s: format.size(Number(error.detail['missingBytes'] ?? 0)) })
      case 'too_large':
        return t('tooMany')
      case 'too_many_attempts':
        return t('zipsOfDay', { t: format.duration(Number(error.detail['retryAfterSeconds'])) })
      case 'not_found':
        return t('gone')
      case 'no_storage':
      case 'no_room':
        return t('noStorage')
      default:
        return t('failed')
    }
  }
}
