'use client'

import { ChevronRight, Download, HardDriveDownload, LayoutGrid, List, ShieldCheck } from 'lucide-react'
import Link from 'next/link'
import { useLocale, useTranslations } from 'next-intl'
import { Fragment, type ReactNode, useEffect, useRef, useState } from 'react'
import { Button, buttonLook } from '../../../components/button.tsx'
import { FileName } from '../../../components/file-name.tsx'
import { Icon } from '../../../components/icon.tsx'
import { Logo } from '../../../components/logo.tsx'
import { Segmented } from '../../../components/segmented.tsx'
import { nameInSentence } from '../../../components/split-name.ts'
import { Void } from '../../../components/void.tsx'
import { useFormat } from '../../../i18n/use-format.ts'
import type { VisitedItem, VisitedShare } from '../schema.ts'
import { useVisit, useVisitActions, type Visit } from './use-visit.ts'
import { useVisitKeys } from './use-visit-keys.ts'
import { VisitList, type VisitView } from './visit-list.tsx'

/** A file that a visitor looks at, and what to do from there. `onDownload` is missing where people may only look. */
export type VisitedLook = {
  linkId: string
  item: VisitedItem
  /** The files of the open folder, as far as they are loaded. */
  among: readonly VisitedItem[]
  total: number
  onShow: (id: string) => void
  onNearEnd: () => void
  onClose: () => void
  onDownload: ((id: string) => void) | undefined
}

/** How files are shown is another feature's business: the page gives it. */
export type RenderLook = (look: VisitedLook) => ReactNode

type VisitPageProps = { id: string; token: string; signedIn: boolean; onClosed: () => void; preview: RenderLook }

/** What somebody was given to see. */
export function VisitPage({ id, token, signedIn, onClosed, preview }: VisitPageProps) {
  const visit = useVisit(id, onClosed)
  const actions = useVisitActions(id, signedIn, { link: visit.link, onClosed })
  const [view, setView] = useState<VisitView>('list')
  const [looking, setLooking] = useState<VisitedItem | null>(null)
  const { link } = visit
  const files = visit.items.filter((item) => item.kind === 'file')
  const open = (item: VisitedItem) => {
    if (item.kind === 'folder') visit.openFolder(item.id)
    else setLooking(item)
  }
  return (
    <div className="min-h-dvh bg-surface">
      <TopBar token={token} signedIn={signedIn} />
      <main aria-busy={link === undefined} className="mx-auto max-w-[1040px] pb-10">
        {link === undefined ? null : <Head link={link} actions={actions} />}
        {link === undefined ? null : (
          <div className="flex items-end justify-between gap-3 pr-6 phone:pr-4">
            {visit.path.length > 0 ? <Crumbs visit={visit} link={link} /> : <span />}
            <ViewChoice view={view} onChange={setView} />
          </div>
        )}
        <Content visit={visit} view={view} onOpen={open} actions={actions} />
      </main>
      {looking === null
        ? null
        : preview({
            linkId: id,
            item: looking,
            among: files,
            total: Math.max(files.length, visit.total - (visit.items.length - files.length)),
            onShow: (to) => setLooking(files.find((file) => file.id === to) ?? null),
            onNearEnd: visit.loadMore,
            onClose: () => {
              setLooking(null)
              // A file that could not be shown may be the first sign that the link is off.
              actions.refresh()
            },
            onDownload: link?.allowDownload === true ? (entryId) => actions.download([entryId]) : undefined,
          })}
    </div>
  )
}

type ViewChoiceProps = { view: VisitView; onChange: (view: VisitView) => void }

function ViewChoice({ view, onChange }: ViewChoiceProps) {
  const t = useTranslations('visitor')
  return (
    <div className="pb-2">
      <Segmented
        label={t('view')}
        value={view}
        onChange={onChange}
        segments={[
          { value: 'list', label: t('list'), content: <Icon of={List} size="small" /> },
          { value: 'grid', label: t('grid'), content: <Icon of={LayoutGrid} size="small" /> },
        ]}
      />
    </div>
  )
}

type Actions = ReturnType<typeof useVisitActions>

function TopBar({ token, signedIn }: { token: string; signedIn: boolean }) {
  const t = useTranslations('visitor')
  const shell = useTranslations('shell')
  return (
    <header className="mx-auto flex h-[60px] max-w-[1040px] items-center justify-between px-6 phone:px-4">
      <span className="flex items-center gap-2.5 font-[650] text-17 tracking-[-0.02em]">
        <Logo />
        {shell('title')}
      </span>
      <Link
        href={signedIn ? '/drive' : `/sign-in?next=${encodeURIComponent(`/s/${token}`)}`}
        prefetch={false}
        className={buttonLook({ kind: 'ghost' })}
      >
        {signedIn ? t('toDrive') : t('signIn')}
      </Link>
    </header>
  )
}

function Head({ link, actions }: { link: VisitedShare; actions: Actions }) {
  const t = useTranslations('visitor')
  const shell = useTranslations('shell')
  const format = useFormat()
  const day = useDay()
  const title = t('title', { name: nameInSentence(link.title), more: link.more })
  useEffect(() => {
    document.title = `${title} · ${shell('title')}`
  }, [title, shell])
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    // The door that had the focus is gone: who cannot see the page hears what is behind it.
    if (document.activeElement === document.body) heading.current?.focus({ preventScroll: true })
  }, [])
  const facts = [
    t('by', { name: link.owner }),
    t('items', { n: link.items }),
    ...(link.bytes > 0 ? [format.size(link.bytes)] : []),
    ...(link.expiresAt === null ? [] : [t('ends', { date: day(link.expiresAt) })]),
    ...(link.downloads === null ? [] : [t('left', link.downloads)]),
    ...(link.allowDownload ? [] : [t('viewOnly')]),
  ]
  return (
    <div className="px-6 pt-7 pb-5 phone:px-6">
      <h1
        ref={heading}
        tabIndex={-1}
        className="font-[620] text-[28px] leading-9 tracking-[-0.025em] outline-none [overflow-wrap:anywhere]"
      >
        <bdi title={link.title}>{title}</bdi>
      </h1>
      <p className="mt-1.5 text-ink-2 tabular-nums">
        {facts.map((fact, index) => (
          // A fact is on one line as long as it fits on one.
          <Fragment key={fact}>
            {index > 0 ? ' · ' : null}
            <span className="inline-block max-w-full [overflow-wrap:anywhere]">{fact}</span>
          </Fragment>
        ))}
      </p>
      {link.allowDownload ? (
        <div className="mt-5 flex gap-2 phone:flex-col phone:*:h-12">
          <Button kind="primary" onClick={() => actions.download()}>
            <Icon of={Download} size="small" />
            {t('downloadAll')}
            {link.bytes > 0 ? <span className="tabular-nums opacity-80">{format.size(link.bytes)}</span> : null}
          </Button>
          <Button disabled={actions.saving} onClick={() => actions.save()}>
            <Icon of={HardDriveDownload} size="small" />
            {actions.saving ? actions.savingText : t('save')}
          </Button>
        </div>
      ) : null}
    </div>
  )
}

/** "28 November", with the year when it is another one. */
function useDay(): (iso: string) => string {
  const locale = useLocale()
  return (iso) => {
    const date = new Date(iso)
    const isOther = date.getFullYear() !== new Date().getFullYear()
    const options: Intl.DateTimeFormatOptions = {
      day: 'numeric',
      month: 'long',
      ...(isOther ? { year: 'numeric' } : {}),
    }
    return new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, options).format(date)
  }
}

/** From the link itself down to the open folder; what lies above the link is never told. */
function Crumbs({ visit, link }: { visit: Visit; link: VisitedShare }) {
  const t = useTranslations('visitor')
  const last = visit.path.at(-1)
  return (
    <nav aria-label={t('path')} className="flex flex-wrap items-center gap-1 px-5 pb-2 phone:px-5">
      <Button kind="ghost" size="sm" className="max-w-full" onClick={() => visit.openFolder('root')}>
        <span className="truncate">{t('title', { name: link.title, more: link.more })}</span>
      </Button>
      {visit.path.map(({ id, name }) => (
        // A line breaks before the chevron, not between it and the name that it leads to.
        <span key={id} className="flex min-w-0 max-w-full items-center gap-1">
          <Icon of={ChevronRight} size="tiny" className="shrink-0 text-ink-3" />
          {id === last?.id ? (
            <span aria-current="page" className="min-w-0 max-w-full px-2.5 font-semibold text-13">
              <FileName name={name} />
            </span>
          ) : (
            <Button kind="ghost" size="sm" className="min-w-0 max-w-full" onClick={() => visit.openFolder(id)}>
              <FileName name={name} />
            </Button>
          )}
        </span>
      ))}
    </nav>
  )
}

const widths = ['46%', '62%', '38%', '54%', '49%', '58%'] as const

/** What is on its way; invisible for the first 150 ms. */
function Loading() {
  const t = useTranslations('visitor')
  return (
    <div role="status" aria-label={t('loading')} className="animate-late px-6 pt-3">
      {widths.map((width) => (
        <div key={width} className="flex h-10 items-center gap-3 phone:h-[60px]">
          <span className="size-[26px] shrink-0 rounded-tile bg-skeleton phone:size-10 phone:rounded-button" />
          <span className="h-3 rounded-tag bg-skeleton" style={{ width }} />
        </div>
      ))}
    </div>
  )
}

const nothing: ReadonlySet<string> = new Set()

/** The keys lead up from here as from any other folder. */
function EmptyFolder({ visit: { parent, openFolder } }: { visit: Visit }) {
  const t = useTranslations('visitor')
  useVisitKeys({
    items: [],
    selected: nothing,
    onSelect: undefined,
    onDownload: () => undefined,
    onParent: parent === null ? undefined : () => openFolder(parent),
  })
  return <Void drawing="empty" title={t('emptyFolder')} sentence={t('emptyFolderSentence')} />
}

type ContentProps = { visit: Visit; view: VisitView; onOpen: (item: VisitedItem) => void; actions: Actions }

function Content({ visit, view, onOpen, actions }: ContentProps) {
  const t = useTranslations('visitor')
  if (visit.failed) {
    return (
      <Void drawing="toppled" title={t('loadFailed')} sentence={t('loadFailedSentence')} alert>
        <Button onClick={visit.retry}>{t('retry')}</Button>
      </Void>
    )
  }
  if (visit.list.isSuccess && visit.items.length === 0) {
    return <EmptyFolder visit={visit} />
  }
  if (visit.link === undefined || !visit.list.isSuccess) return <Loading />
  return (
    <>
      <VisitList
        key={visit.folder}
        visit={visit}
        view={view}
        canDownload={visit.link.allowDownload}
        onOpen={onOpen}
        actions={actions}
      />
      <p className="flex items-center gap-2 px-6 py-5 text-13 text-ink-3">
        <Icon of={ShieldCheck} size="small" className="shrink-0" />
        {t('sandboxed')}
      </p>
    </>
  )
}
