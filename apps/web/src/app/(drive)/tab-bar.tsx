'use client'

import { Clock, Ellipsis, HardDrive, Link, type LucideIcon, Plus } from 'lucide-react'
import dynamic from 'next/dynamic'
import { usePathname } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { cn } from '../../components/class-names.ts'
import { Icon } from '../../components/icon.tsx'
import { PageLink } from '../../components/page-link.tsx'
import { useOnceOpen } from '../../components/use-once-open.ts'
import { ROOT_ID } from '../../features/drive/api-client.ts'
import { useDrive } from '../../features/drive/drive-context.tsx'
import { placeId, placePath } from '../../features/drive/place.ts'

const AddSheet = dynamic(() => import('./add-sheet.tsx').then((module) => module.AddSheet), { ssr: false })
const MoreSheet = dynamic(() => import('./more-sheet.tsx').then((module) => module.MoreSheet), { ssr: false })

type TabBarProps = { uploading: boolean; onUploads: () => void }

/** The phone's bottom bar. */
export function TabBar({ uploading, onUploads }: TabBarProps) {
  const t = useTranslations('shell')
  const places = useTranslations('places')
  const pathname = usePathname()
  const { place } = useDrive()
  const [sheet, setSheet] = useState<'add' | 'more' | null>(null)
  const adds = useOnceOpen(sheet === 'add')
  const more = useOnceOpen(sheet === 'more')
  const toggle = (which: 'add' | 'more') => (open: boolean) => setSheet(open ? which : null)
  const inFolder = place?.kind === 'folder'
  const elsewhere = !inFolder && place?.kind !== 'recent' && pathname !== '/shared'
  return (
    <>
      <nav
        aria-label={t('menu')}
        className="fixed inset-x-0 bottom-0 z-10 grid grid-cols-5 border-line border-t bg-surface pb-[env(safe-area-inset-bottom)] desk:hidden [body:has([data-over-tabs])_&]:invisible"
      >
        <TabLink
          icon={HardDrive}
          label={t('drive')}
          current={inFolder}
          href={placePath({ kind: 'folder', id: ROOT_ID })}
          listing={ROOT_ID}
        />
        <TabLink
          icon={Clock}
          label={places('recent')}
          current={place?.kind === 'recent'}
          href={placePath({ kind: 'recent' })}
          listing={placeId({ kind: 'recent' })}
        />
        <button
          type="button"
          aria-label={t('add')}
          onClick={() => setSheet('add')}
          className="grid h-16 place-items-center"
        >
          <span className="grid h-11 w-[52px] place-items-center rounded-dialog bg-accent text-on-accent">
            <Icon of={Plus} size="large" />
          </span>
        </button>
        <TabLink icon={Link} label={t('sharedTab')} current={pathname === '/shared'} href="/shared" />
        <button type="button" onClick={() => setSheet('more')} aria-haspopup="dialog" className={tabLook(elsewhere)}>
          <Icon of={Ellipsis} size="large" />
          {t('more')}
          {uploading ? (
            <span aria-hidden="true" className="absolute top-2.5 left-1/2 ml-3 size-2 rounded-full bg-accent" />
          ) : null}
        </button>
      </nav>
      {adds ? <AddSheet open={sheet === 'add'} onOpenChange={toggle('add')} /> : null}
      {more ? <MoreSheet open={sheet === 'more'} onOpenChange={toggle('more')} onUploads={onUploads} /> : null}
    </>
  )
}

type TabLinkProps = {
  icon: LucideIcon
  label: string
  current: boolean
  href: string
  /** Set for listings: they open without asking the server for a page. */
  listing?: string
}

function TabLink({ icon, label, current, href, listing }: TabLinkProps) {
  const drive = useDrive()
  return (
    <PageLink
      href={href}
      aria-current={current ? 'page' : undefined}
      className={tabLook(current)}
      onClick={(event) => {
        if (listing === undefined || drive.place === null) return
        event.preventDefault()
        drive.open(listing)
      }}
    >
      <Icon of={icon} size="large" />
      {label}
    </PageLink>
  )
}

function tabLook(current: boolean): string {
  return cn(
    'relative flex h-16 flex-col items-center justify-center gap-[3px] font-medium text-11 active:bg-press',
    current ? 'text-accent-text' : 'text-ink-3',
  )
}
