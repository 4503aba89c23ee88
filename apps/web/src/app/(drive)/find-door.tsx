'use client'

import { useQueryClient } from '@tanstack/react-query'
import { Clock, HardDrive, Keyboard, Languages, LayoutGrid, Link, Star, SunMoon, Trash2, Upload } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { type ReactNode, useCallback, useEffect, useState } from 'react'
import { holdKeys } from '../../components/held-keys.ts'
import { useLook } from '../../components/look-provider.tsx'
import type { Me } from '../../features/auth/schema.ts'
import { ROOT_ID } from '../../features/drive/api-client.ts'
import { useDrive } from '../../features/drive/drive-context.tsx'
import { type EntryDoors, useEntryDoors } from '../../features/drive/entry-doors.tsx'
import { useHelp } from '../../features/drive/help-context.tsx'
import { placeId, placeOfId, placePath, type SearchPlace } from '../../features/drive/place.ts'
import { useOpening } from '../../features/drive/use-entry-actions.ts'
import { useListView } from '../../features/drive/use-list-view.ts'
import { useNewActions } from '../../features/drive/use-new-actions.ts'
import { useLabels } from '../../features/labels/use-labels.ts'
import type { PaletteCommand } from '../../features/search/palette-items.ts'
import type { Hit } from '../../features/search/schema.ts'
import { useAdminFinding } from './use-admin-finding.ts'
import { ME_KEY } from './use-me.ts'

const Palette = dynamic(() => import('../../features/search/palette.tsx').then((module) => module.Palette), {
  ssr: false,
})

const SearchHead = dynamic(() => import('../../features/search/search-head.tsx').then((module) => module.SearchHead), {
  ssr: false,
})

const ClearFilters = dynamic(
  () => import('../../features/search/clear-filters.tsx').then((module) => module.ClearFilters),
  { ssr: false },
)

type PaletteDoor = { open: () => void; shown: boolean; close: () => void }

/** Ctrl-K and "/" open the palette on every page, wherever the focus is; "/" not while something is typed. */
export function usePaletteDoor(): PaletteDoor {
  const [shown, setShown] = useState(false)
  const open = useCallback(() => {
    // Its field is there already.
    if (shown) return
    holdKeys()
    setShown(true)
  }, [shown])
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const main = event.ctrlKey || event.metaKey
      const isSearch = main && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'k'
      const isSlash = !main && !event.altKey && event.key === '/' && !isTyping(event.target)
      if (event.defaultPrevented || !(isSearch || isSlash)) return
      event.preventDefault()
      open()
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [open])
  return { open, shown, close: () => setShown(false) }
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return (
    target.isContentEditable || target.matches('input, textarea, select') || target.closest('[role=dialog]') !== null
  )
}

/** The palette over the page, with what it can open and do. */
export function PaletteArea({ door }: { door: PaletteDoor }): ReactNode {
  const client = useQueryClient()
  const drive = useDrive()
  const doors = useEntryDoors()
  const { openEntry } = useOpening()
  const go = useGoing()
  const tags = useLabels()?.tags ?? []
  const t = useTranslations('search')
  const admin = useAdminFinding()
  const commands = [...admin.commands, ...useCommands(go)]
  if (!door.shown) return null
  const here = drive.place?.kind === 'folder' && drive.folderId !== ROOT_ID ? drive.folderId : null
  const open = (hit: Hit, among: readonly Hit[]) => {
    if (hit.kind === 'folder') go(hit.id)
    else if (doors.preview === undefined) openEntry(hit)
    else
      doors.preview(
        hit,
        among.filter(({ kind }) => kind === 'file'),
      )
  }
  return (
    <Palette
      personId={client.getQueryData<Me>(ME_KEY)?.id ?? ''}
      folderId={here}
      tags={tags.map(({ name }) => name)}
      commands={commands}
      finding={admin.finding}
      placeholder={t(admin.finding === null ? 'placeholder' : 'placeholderAdmin')}
      onOpen={open}
      onShow={(hit) => drive.openAt(hit.where?.at(-1)?.id ?? ROOT_ID, hit.id)}
      onAll={(q) => go(placeId({ kind: 'search', q, within: here ?? ROOT_ID }))}
      onClose={door.close}
    />
  )
}

/** What stands at the top of the page of a search, and where it finds nothing. */
export function useSearchDoors(): Required<Pick<EntryDoors, 'searchHead' | 'clearFilters'>> {
  const drive = useDrive()
  const tags = useLabels()?.tags ?? []
  const typedIn = (place: SearchPlace) => ({
    typed: place.q,
    onTyped: (q: string) => drive.open(placeId({ ...place, q }), { inPlace: true }),
  })
  return {
    searchHead: (place) => (
      <SearchHead {...typedIn(place)} inFolder={place.within !== ROOT_ID} tags={tags.map(({ name }) => name)} />
    ),
    clearFilters: (place) => <ClearFilters {...typedIn(place)} />,
  }
}

/** Opens a listing from any page. */
function useGoing(): (placeId: string) => void {
  const drive = useDrive()
  const router = useRouter()
  return (id) => {
    const place = placeOfId(id)
    if (drive.place !== null) drive.open(id)
    else if (place !== null) router.push(placePath(place))
  }
}

function useCommands(go: (placeId: string) => void): PaletteCommand[] {
  const t = useTranslations('search')
  const shell = useTranslations('shell')
  const places = useTranslations('places')
  const drive = useDrive()
  const help = useHelp()
  const router = useRouter()
  const { view, setView } = useListView()
  const to = (name: string) => t('goTo', { name })
  const { chooseTheme, chooseLanguage, language, languages } = useLook()
  const turn = () => chooseTheme(document.documentElement.classList.contains('dark') ? 'light' : 'dark')
  const otherLanguages = languages.filter(({ locale }) => locale !== language)
  const drives = useTranslations('drive')
  const other = view === 'list' ? 'grid' : 'list'
  // Of the first ones some stand beside what was found.
  const [newFolder, ...newTexts] = useNewActions()
  return [
    ...(newFolder === undefined ? [] : [newFolder]),
    { id: 'upload', label: shell('uploadFiles'), icon: Upload, keys: 'U', run: () => drive.pick('files') },
    { id: 'theme', label: t('changeTheme'), icon: SunMoon, run: turn },
    ...newTexts,
    { id: 'view', label: drives(other), icon: LayoutGrid, keys: 'V', run: () => setView(other) },
    { id: 'drive', label: to(shell('drive')), icon: HardDrive, run: () => go(ROOT_ID) },
    { id: 'recent', label: to(places('recent')), icon: Clock, run: () => go('~recent') },
    { id: 'favourites', label: to(places('favourites')), icon: Star, run: () => go('~favourites') },
    { id: 'shared', label: to(places('shared')), icon: Link, run: () => router.push('/shared') },
    { id: 'trash', label: to(places('trash')), icon: Trash2, run: () => go('~trash') },
    ...otherLanguages.map(({ locale, name }) => ({
      id: `language-${locale}`,
      label: t('changeLanguage', { name }),
      icon: Languages,
      run: () => chooseLanguage(locale),
    })),
    { id: 'help', label: shell('keyboard'), icon: Keyboard, keys: '?', run: help },
  ]
}
