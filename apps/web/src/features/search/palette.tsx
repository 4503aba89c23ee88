'use client'

import { Search, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Dialog } from 'radix-ui'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { IconButton } from '../../components/button.tsx'
import { releaseKeys } from '../../components/held-keys.ts'
import { Icon } from '../../components/icon.tsx'
import { giveFocusBack, useOpener } from '../../components/use-opener.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { PaletteChips } from './palette-chips.tsx'
import {
  groupsOf,
  type PaletteCommand,
  type PaletteFinding,
  type PaletteGroup,
  type PaletteItem,
} from './palette-items.ts'
import { Key, PaletteRow } from './palette-row.tsx'
import type { Hit } from './schema.ts'
import { keepSearch, keptSearches } from './search-memory.ts'
import { type SearchState, useOthers, useRecentHits, useSearch } from './use-search.ts'

export type PaletteProps = {
  personId: string
  /** What "in this folder" means; null where no folder is open. */
  folderId: string | null
  tags: readonly string[]
  commands: readonly PaletteCommand[]
  /** What this page looks for besides files; null: nothing. */
  finding: PaletteFinding | null
  placeholder: string
  onOpen: (hit: Hit, among: readonly Hit[]) => void
  onShow: (hit: Hit) => void
  /** Everything that was found, as a page. */
  onAll: (typed: string) => void
  onClose: () => void
}

/** Find and do, from anywhere: a field, what it found while typing, and commands. */
export function Palette(props: PaletteProps) {
  const t = useTranslations('search')
  const palette = usePalette(props)
  const field = useRef<HTMLInputElement>(null)
  const opener = useOpener(true)
  const type = (typed: string) => {
    palette.type(typed)
    // Chips are menus; after one of them the next key is typed again.
    requestAnimationFrame(() => field.current?.focus())
  }
  return (
    <Dialog.Root open onOpenChange={(open) => !open && props.onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim data-[state=open]:animate-fade" />
        <div className="pointer-events-none fixed inset-0 z-40 flex justify-center px-4 pt-[10vh] phone:p-0">
          <Dialog.Content
            aria-describedby={undefined}
            onOpenAutoFocus={(event) => {
              event.preventDefault()
              field.current?.focus()
              if (field.current !== null) releaseKeys(field.current)
            }}
            onCloseAutoFocus={(event) => {
              event.preventDefault()
              giveFocusBack(opener.current)
            }}
            className="pointer-events-auto flex h-fit max-h-[min(640px,80vh)] w-full max-w-[660px] flex-col overflow-hidden rounded-dialog bg-raised shadow-3 outline-none data-[state=open]:animate-dialog phone:h-dvh phone:max-h-none phone:max-w-none phone:rounded-none forced-colors:border"
          >
            <Dialog.Title className="sr-only">{t('title')}</Dialog.Title>
            <div className="flex h-14 shrink-0 items-center gap-3 border-line border-b pr-3 pl-[18px]">
              <Icon of={Search} size="large" />
              <input
                ref={field}
                role="combobox"
                aria-expanded="true"
                aria-controls="palette-list"
                aria-autocomplete="list"
                aria-activedescendant={palette.active === undefined ? undefined : `palette-${palette.active.id}`}
                aria-label={props.placeholder}
                placeholder={props.placeholder}
                autoComplete="off"
                autoCorrect="off"
                spellCheck={false}
                enterKeyHint="search"
                value={palette.typed}
                onChange={(event) => palette.type(event.target.value)}
                onKeyDown={palette.onKeyDown}
                className="h-full min-w-0 flex-1 bg-transparent text-17 outline-none placeholder:text-ink-3"
              />
              <Found state={palette.state} others={palette.others.count} typed={palette.typed} />
              <Dialog.Close asChild>
                <IconButton label={t('close')} className="desk:hidden">
                  <Icon of={X} />
                </IconButton>
              </Dialog.Close>
            </div>
            {palette.onlyCommands ? null : (
              <PaletteChips
                typed={palette.typed}
                onTyped={type}
                inFolder={props.folderId !== null}
                tags={props.tags}
                onReturnFocus={() => field.current?.focus()}
                className="px-4 pt-2.5 pb-1"
              />
            )}
            <List palette={palette} />
            <Hints />
          </Dialog.Content>
        </div>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

type PaletteState = ReturnType<typeof usePalette>

function usePalette({ personId, folderId, commands, finding, onOpen, onShow, onAll, onClose }: PaletteProps) {
  const [typed, setTyped] = useState('')
  const [activeId, setActiveId] = useState<string | null>(null)
  const [searches] = useState(() => keptSearches(personId))
  const text = typed.trim()
  const onlyCommands = text.startsWith('>') && !/^>\s*=?\s*\d/.test(text)
  const state = useSearch(onlyCommands ? '' : typed, folderId ?? 'root')
  const recent = useRecentHits(text === '')
  const others = useOthers(onlyCommands ? '' : text, finding)
  const format = useFormat()
  const found = `${format.count(state.found)}${state.more ? '+' : ''}`
  const groups = groupsOf({ typed, hits: state.hits, found, recent, searches, others: others.found, commands })
  const items = groups.flatMap((group) => group.items)
  const active = items.find(({ id }) => id === activeId) ?? items[0]

  const type = (next: string) => {
    setTyped(next)
    setActiveId(null)
  }
  const run = (item: PaletteItem, showInFolder: boolean) => {
    if (item.kind === 'search') return type(item.text)
    if (item.kind !== 'command') keepSearch(personId, typed)
    onClose()
    if (item.kind === 'all') onAll(typed)
    else if (item.kind === 'command') item.command.run()
    else if (showInFolder) onShow(item.hit)
    else onOpen(item.hit, text === '' ? recent : state.hits)
  }
  const step = (by: number) => {
    const at = active === undefined ? -1 : items.indexOf(active)
    const next = items[(at + by + items.length) % items.length]
    setActiveId(next?.id ?? null)
    if (at + by >= items.length - 5) state.loadMore()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter ends the composition of Chinese words and is not meant for the list.
    if (event.nativeEvent.isComposing) return
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 }
    const by = steps[event.key]
    if (by !== undefined && items.length > 0) step(by)
    else if (event.key === 'Enter' && active !== undefined) run(active, event.ctrlKey || event.metaKey)
    else return
    event.preventDefault()
  }
  return { typed, type, state, others, groups, active, setActiveId, run, onKeyDown, onlyCommands }
}

function Found({ state, others, typed }: { state: SearchState; others: number; typed: string }) {
  const t = useTranslations('search')
  const format = useFormat()
  const shown = typed.trim() !== '' && state.ms !== null
  const n = `${format.count(state.found + others)}${state.more ? '+' : ''}`
  return (
    <span role="status" className="whitespace-nowrap text-12 text-ink-3 tabular-nums">
      {shown ? t('found', { n, ms: state.ms ?? 0 }) : ''}
    </span>
  )
}

function List({ palette }: { palette: PaletteState }) {
  const t = useTranslations('search')
  const { groups, active, state, others, typed, onlyCommands } = palette
  useActiveInView(active?.id)
  const text = typed.trim()
  const answered = state.answered === text && others.answered
  const nothing = text !== '' && !onlyCommands && answered && state.hits.length === 0 && others.count === 0
  return (
    <div className="scrollbar-thin min-h-0 flex-1 overflow-y-auto overscroll-contain pb-2">
      {state.failed ? <p className="px-5 py-4 text-13 text-danger">{t('failed')}</p> : null}
      {nothing && !state.failed ? <p className="px-5 py-4 text-13 text-ink-2">{t('nothing', { q: text })}</p> : null}
      <div role="listbox" id="palette-list" aria-label={t('results')}>
        {groups.map((group) => (
          <Group key={group.title} group={group} palette={palette} />
        ))}
      </div>
    </div>
  )
}

function Group({ group, palette }: { group: PaletteGroup; palette: PaletteState }) {
  const t = useTranslations('search')
  return (
    <div role="group" aria-labelledby={`palette-group-${group.title}`}>
      <div id={`palette-group-${group.title}`} className="px-5 pt-2.5 pb-1 font-medium text-12 text-ink-3">
        {t(`groups.${group.title}`)}
      </div>
      {group.items.map((item) => (
        <PaletteRow
          key={item.id}
          item={item}
          active={item === palette.active}
          onActive={() => palette.setActiveId(item.id)}
          onRun={(showInFolder) => palette.run(item, showInFolder)}
        />
      ))}
    </div>
  )
}

function useActiveInView(id: string | undefined): void {
  useEffect(() => {
    if (id !== undefined) document.getElementById(`palette-${id}`)?.scrollIntoView({ block: 'nearest' })
  }, [id])
}

function Hints() {
  const t = useTranslations('search')
  return (
    <p className="flex h-10 shrink-0 items-center gap-5 border-line border-t px-5 text-12 text-ink-3 phone:hidden">
      <span className="flex items-center gap-1.5">
        <Key>↑</Key>
        <Key>↓</Key>
        {t('hints.move')}
      </span>
      <span className="flex items-center gap-1.5">
        <Key>Enter</Key>
        {t('hints.open')}
      </span>
      <span className="flex items-center gap-1.5">
        <Key>Ctrl Enter</Key>
        {t('hints.show')}
      </span>
      <span className="flex items-center gap-1.5">
        <Key>{'>'}</Key>
        {t('hints.commands')}
      </span>
    </p>
  )
}
