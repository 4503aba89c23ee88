'use client'

import { useTranslations } from 'next-intl'
import { SkeletonLines } from '../../components/asked.tsx'
import { cn } from '../../components/class-names.ts'
import { Void } from '../../components/void.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { Figure, Figures } from './box.tsx'
import { barPercents, CapacityBar } from './capacity-bar.tsx'
import { ClusterTree } from './cluster-tree.tsx'
import type { ClusterView } from './cluster-view.ts'
import { HistoryBox } from './history-box.tsx'
import { LargestBox } from './largest-box.tsx'
import { LedgerBox } from './ledger-box.tsx'
import { NeedsList } from './needs-list.tsx'
import { PageBar, PageBody } from './page-bar.tsx'
import { copiesShareADisk, spaceOfStorages } from './shared-disks.ts'
import { percentOf } from './storage-state.ts'
import { type LiveCluster, useLiveCluster } from './use-live-cluster.ts'

/** How full everything is, what fills it, and what needs somebody. */
export function CapacityPage() {
  const t = useTranslations('capacity')
  const live = useLiveCluster()
  const { view } = live
  return (
    <>
      <PageBar title={t('title')} note={<LiveNote {...live} />} />
      <PageBody>{view === null ? <NotYet {...live} /> : <Content view={view} />}</PageBody>
    </>
  )
}

/** Until something was heard of the cluster; it goes on asking by itself. */
export function NotYet({ error }: Pick<LiveCluster, 'error'>) {
  const t = useTranslations('capacity')
  if (error === null) return <SkeletonLines />
  return <Void drawing="toppled" title={t('failedTitle')} sentence={t('failed')} alert />
}

function Content({ view }: { view: ClusterView }) {
  const t = useTranslations('capacity')
  if (view.reachable && view.groups.length === 0) {
    return <Void drawing="empty" title={t('emptyTitle')} sentence={t('empty')} />
  }
  return (
    <>
      <NeedsList view={view} />
      <KeyFigures view={view} />
      <div className="grid grid-cols-[minmax(0,1.5fr)_minmax(0,1fr)] gap-5 px-6 pt-5 phone:px-4 max-wide:grid-cols-[minmax(0,1fr)]">
        <div className="flex min-w-0 flex-col gap-5">
          <ClusterTree groups={view.groups} />
          <LargestBox />
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          <HistoryBox />
          <LedgerBox ledger={view.ledger} />
        </div>
      </div>
    </>
  )
}

/** "Live · 4 s ago"; grey once nothing came for a while. */
export function LiveNote({ view, age, isStale }: LiveCluster) {
  const t = useTranslations('capacity')
  if (view === null) return null
  return (
    <span data-stale={isStale} className={cn(isStale ? 'text-ink-3' : 'text-ink-2')}>
      {isStale ? t('stale', { n: age }) : t('live', { n: age })}
    </span>
  )
}

function KeyFigures({ view }: { view: ClusterView }) {
  const t = useTranslations('capacity')
  const format = useFormat()
  const storages = view.groups.flatMap((group) => group.storages)
  const disks = spaceOfStorages(storages)
  const space = {
    totalBytes: disks.totalBytes,
    usedBytes: disks.totalBytes - disks.freeBytes,
    reservedBytes: view.uploads.bytes,
  }
  const { copies, ledger, uploads } = view
  const all = copies.two + copies.one + copies.none
  const lone = copies.one + copies.none
  const kept = ledger.kept + ledger.trash
  return (
    <Figures>
      <Figure
        title={t('usedOnDisk')}
        value={format.size(space.usedBytes)}
        of={t('ofTotal', { s: format.size(space.totalBytes), p: percentOf(space.usedBytes, space.totalBytes) })}
        note={<ForecastNote forecast={view.forecast} />}
      >
        <div className="mt-2.5 mb-2">
          <CapacityBar {...space} large label={t('barLabel', barPercents(space))} />
        </div>
      </Figure>
      <Figure
        title={t('reservedTitle')}
        value={format.size(uploads.bytes)}
        note={t('uploadsInProgress', { n: uploads.count })}
      />
      <Figure
        title={t('twoCopies')}
        value={all === 0 ? '–' : `${shareText(copies.two, all)}%`}
        note={
          <CopiesNote
            loneBytes={lone}
            aside={storages.reduce((n, { told }) => n + (told?.setAside.count ?? 0), 0)}
            isOneDisk={view.groups.some(copiesShareADisk)}
          />
        }
      />
      <Figure
        title={t('saved')}
        value={format.size(ledger.shared)}
        note={t('savedShare', { p: kept === 0 ? '0' : shareText(ledger.shared, kept) })}
      />
    </Figures>
  )
}

/** What was set aside is not in the sums of the groups: it is counted apart. */
function CopiesNote({ loneBytes, aside, isOneDisk }: { loneBytes: number; aside: number; isOneDisk: boolean }) {
  const t = useTranslations('capacity')
  const format = useFormat()
  if (loneBytes === 0 && aside === 0) return isOneDisk ? t('twiceOnOneDisk') : t('allTwice')
  const text = loneBytes > 0 ? t('haveOne', { s: format.size(loneBytes) }) : t('changesAside', { n: aside })
  return <span className="text-warn">{text}</span>
}

/** A share of almost everything must not look like everything. */
function shareText(part: number, whole: number): string {
  const percent = (100 * part) / whole
  return percent === 100 ? '100' : (Math.floor(percent * 10) / 10).toFixed(1)
}

function ForecastNote({ forecast }: Pick<ClusterView, 'forecast'>) {
  const t = useTranslations('capacity')
  const format = useFormat()
  if (forecast === 'too_short') return t('noForecast')
  const { middle, early, late } = forecast
  if (middle === null) return t('notSoon')
  const [date, a] = [middle, early ?? middle].map((iso) => format.shortDate(iso))
  return late === null
    ? t('forecastOpen', { date: date ?? '', a: a ?? '' })
    : t('forecast', { date: date ?? '', a: a ?? '', b: format.shortDate(late) })
}
