'use client'

import { useQuery } from '@tanstack/react-query'
import { ChevronRight } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { Asked } from '../../components/asked.tsx'
import { Icon } from '../../components/icon.tsx'
import { Void } from '../../components/void.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { callApi } from '../../lib/call-api.ts'
import { Badge } from './badge.tsx'
import { Figure, Figures } from './box.tsx'
import { barPercents, CapacityBar } from './capacity-bar.tsx'
import { LiveNote, NotYet } from './capacity-page.tsx'
import type { ClusterView, StorageView } from './cluster-view.ts'
import { DamagedBox } from './damaged-box.tsx'
import { EventsBox } from './events-box.tsx'
import { LastHourBox } from './last-hour-box.tsx'
import { type Loss, lossOf } from './loss.ts'
import { PageBar, PageBody } from './page-bar.tsx'
import { PathsBox } from './paths-box.tsx'
import { PeersBox } from './peers-box.tsx'
import type { StorageHistory } from './schema.ts'
import { SetAsideBox } from './set-aside-box.tsx'
import { StateLine } from './state-line.tsx'
import { StorageActs } from './storage-acts.tsx'
import { storageApi } from './storage-href.ts'
import { percentOf, toneOf } from './storage-state.ts'
import { useLiveCluster } from './use-live-cluster.ts'

const REFRESH_MS = 30_000
type StoragePageProps = { group: string; id: string }

/** One storage: what it holds, who has it too, and what happened to it. */
export function StoragePage({ group, id }: StoragePageProps) {
  const t = useTranslations('capacity')
  const drive = useTranslations('drive')
  const live = useLiveCluster()
  const storage = find(live.view, { group, id })
  const title = (
    <span className="flex flex-wrap items-center gap-x-2">
      <Link
        href="/admin/capacity"
        className="rounded-tag font-normal text-ink-2 hover:text-ink hover:underline coarse:-my-3 coarse:py-3"
      >
        {t('title')}
      </Link>
      <Icon of={ChevronRight} size="tiny" className="text-ink-3" />
      <span className="font-normal text-ink-2">{group}</span>
      <Icon of={ChevronRight} size="tiny" className="text-ink-3" />
      {id}
    </span>
  )
  return (
    <>
      <PageBar
        title={title}
        note={
          <span className="flex items-center gap-3">
            {storage === undefined ? null : <Badge tone={toneOf(storage.state)}>{t(`state_${storage.state}`)}</Badge>}
            <LiveNote {...live} />
          </span>
        }
        actions={storage === undefined ? null : <StorageActs storage={storage} peers={peersOf(live.view, storage)} />}
      />
      <PageBody>
        {storage === undefined || live.view === null ? null : <Content storage={storage} view={live.view} />}
        {live.view === null ? <NotYet {...live} /> : null}
        {live.view !== null && storage === undefined ? (
          <Void drawing="locked" title={drive('notFoundTitle')} sentence={drive('notFound')} />
        ) : null}
      </PageBody>
    </>
  )
}

function find(view: ClusterView | null, { group, id }: StoragePageProps): StorageView | undefined {
  return view?.groups.flatMap(({ storages }) => storages).find((one) => one.group === group && one.id === id)
}

function peersOf(view: ClusterView | null, { group, id }: StorageView): readonly StorageView[] {
  const storages = view?.groups.find((one) => one.group === group)?.storages ?? []
  return storages.filter((one) => one.id !== id)
}

function Content({ storage, view }: { storage: StorageView; view: ClusterView }) {
  const path = storageApi(storage)
  const asked = useQuery({
    queryKey: ['admin', 'storage', storage.group, storage.id],
    queryFn: () => callApi<StorageHistory>(path),
    refetchInterval: REFRESH_MS,
  })
  const group = view.groups.find((one) => one.group === storage.group)
  return (
    <>
      <StateLine storage={storage} />
      <StorageFigures storage={storage} loss={lossOf(storage, group?.storages ?? [])} />
      <div className="grid grid-cols-[minmax(0,1.5fr)_minmax(0,1fr)] gap-5 px-6 pt-5 phone:px-4 max-wide:grid-cols-[minmax(0,1fr)]">
        <div className="flex min-w-0 flex-col gap-5">
          <PathsBox storage={storage} />
          <PeersBox storage={storage} peers={peersOf(view, storage)} />
          <DamagedBox storage={storage} />
          <SetAsideBox storage={storage} />
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          <Asked of={asked} small="boxed">
            {({ lastHour, events }) => (
              <>
                <LastHourBox points={lastHour} csv={`${path}/export`} />
                <EventsBox events={events} />
              </>
            )}
          </Asked>
        </div>
      </div>
    </>
  )
}

function StorageFigures({ storage, loss }: { storage: StorageView; loss: Loss }) {
  const t = useTranslations('capacity')
  const format = useFormat()
  const { told } = storage
  const kept = told?.paths.reduce((bytes, { keptBackBytes }) => bytes + keptBackBytes, 0) ?? 0
  const free = format.size(storage.freeBytes)
  return (
    <Figures>
      <Figure
        title={t('space')}
        value={format.size(storage.usedBytes)}
        of={t('ofSpace', { s: format.size(storage.totalBytes), p: percentOf(storage.usedBytes, storage.totalBytes) })}
        note={kept > 0 ? t('freeKept', { free, kept: format.size(kept) }) : t('freeOnly', { free })}
      >
        <div className="mt-2.5 mb-2">
          <CapacityBar {...storage} keptBackBytes={kept} large label={t('barLabel', barPercents(storage))} />
        </div>
      </Figure>
      <Figure
        title={t('filesTitle')}
        value={filesText(storage, { t, format })}
        note={filesNote(storage, { t, format })}
      />
      <Figure title={t('lastCheck')} {...checkText(told, { t, format })} />
      <Figure title={t('ifItDied')} {...lossText(loss, storage.silence, { t, format })} />
    </Figures>
  )
}

type Words = { t: ReturnType<typeof useTranslations<'capacity'>>; format: ReturnType<typeof useFormat> }

function filesText({ told }: StorageView, { t, format }: Words): string {
  if (told === null) return '–'
  return told.files === null ? t('counting') : format.count(told.files)
}

function filesNote({ told, silence }: StorageView, { t, format }: Words): string {
  if (told === null) return t(silence === 'away' ? 'doesNotAnswer' : 'doesNotTell')
  return told.contentBytes === null ? '' : t('filesCounted', { s: format.size(told.contentBytes) })
}

function checkText(told: StorageView['told'], { t, format }: Words): { value: string; note: string } {
  if (told === null) return { value: '–', note: '' }
  const { check } = told
  if (check === null) return { value: t('notChecked'), note: t('notCheckedNote') }
  const { files, bytes, repaired, damaged, finishedAt } = check
  return {
    value: finishedAt === null ? t('checkRuns') : format.date(finishedAt),
    note: t('checked', { n: files, s: format.size(bytes), repaired, damaged: damaged.count }),
  }
}

function lossText(loss: Loss, silence: StorageView['silence'], { t, format }: Words): { value: string; note: string } {
  switch (loss.kind) {
    case 'unknown':
      return { value: t('notKnown'), note: t(silence === 'away' ? 'doesNotAnswer' : 'doesNotTell') }
    case 'all':
      return { value: t('lostAll'), note: t('noPeer') }
    case 'none':
      return { value: t('lostNone'), note: t('peerHasAll', { peer: loss.peer }) }
    case 'some':
      return {
        value: t('lostSome', { n: loss.records }),
        // Of what was set aside only the number is known.
        note:
          loss.bytes === 0
            ? t('peerLacksChanges', { peer: loss.peer, n: loss.records })
            : t('peerLacks', { peer: loss.peer, s: format.size(loss.bytes) }),
      }
  }
}
