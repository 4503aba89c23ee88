'use client'

import type { LucideIcon } from 'lucide-react'
import { Keyboard, Languages, LogOut, Monitor, Moon, Rows3, Settings2, ShieldCheck, Sun, SunMoon } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import type { KeyboardEvent, ReactNode, RefObject } from 'react'
import { Sheet } from '../../components/action-sheet.tsx'
import { AnchoredPanel } from '../../components/anchored-panel.tsx'
import { cn } from '../../components/class-names.ts'
import { Icon } from '../../components/icon.tsx'
import { useLook } from '../../components/look-provider.tsx'
import { usePreferences } from '../../components/preferences-provider.tsx'
import { Segmented } from '../../components/segmented.tsx'
import { usePhone } from '../../components/use-media-query.ts'
import { forgetKept } from '../../lib/kept-file.ts'
import { Avatar } from './avatar.tsx'
import type { Me } from './schema.ts'
import { signOut } from './session-client.ts'
import { SpaceMeter } from './space-used.tsx'

export type Person = Pick<Me, 'name' | 'email' | 'role' | 'quota'>
type PersonPanelProps = PersonChoicesProps & {
  anchor: RefObject<HTMLButtonElement | null>
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** What opens at the sign of the person: a panel, on phones a sheet. */
export function PersonPanel({ anchor, open, onOpenChange, ...rest }: PersonPanelProps) {
  const t = useTranslations('shell')
  const phone = usePhone()
  const content = <PersonChoices {...rest} />
  if (phone) {
    return (
      <Sheet open={open} onOpenChange={onOpenChange} label={t('person')}>
        {content}
      </Sheet>
    )
  }
  return (
    <AnchoredPanel anchor={anchor} open={open} onOpenChange={onOpenChange} label={t('person')} className="w-[288px]">
      {content}
    </AnchoredPanel>
  )
}

type PersonChoicesProps = {
  person: Person
  onKeyboardHelp: () => void
  onClose: () => void
}

function PersonChoices({ person, onKeyboardHelp, onClose }: PersonChoicesProps) {
  const t = useTranslations('shell')
  const auth = useTranslations('auth')
  const look = useLook()
  const { preferences, change } = usePreferences()
  const router = useRouter()
  const goTo = (path: string) => {
    onClose()
    router.push(path)
  }
  const leave = async () => {
    if (!(await signOut())) return
    await forgetKept()
    window.location.assign('/sign-in')
  }
  return (
    <>
      <div className="flex items-center gap-3 px-2.5 pt-2 pb-2.5">
        <Avatar name={person.name} />
        <div className="min-w-0">
          <b className="block truncate">{person.name}</b>
          <span className="block truncate text-12 text-ink-3">{person.email}</span>
        </div>
      </div>
      {/* On phones, where no sidebar says it. */}
      <div className="hidden pb-3 phone:block">
        <SpaceMeter quota={person.quota} onOpened={onClose} />
      </div>
      <Line />
      <Choice icon={SunMoon} label={t('theme')}>
        <Segmented
          label={t('theme')}
          value={look.theme}
          onChange={look.chooseTheme}
          segments={[
            { value: 'system', label: t('themeSystem'), content: <Icon of={Monitor} size="small" /> },
            { value: 'light', label: t('themeLight'), content: <Icon of={Sun} size="small" /> },
            { value: 'dark', label: t('themeDark'), content: <Icon of={Moon} size="small" /> },
          ]}
        />
      </Choice>
      <Choice icon={Languages} label={t('language')}>
        <Segmented
          label={t('language')}
          value={look.language}
          onChange={look.chooseLanguage}
          segments={look.languages.map(({ locale, name, short, lang }) => ({
            value: locale,
            label: name,
            lang,
            content: short,
          }))}
        />
      </Choice>
      <div className="coarse:hidden">
        <Choice icon={Rows3} label={t('density')}>
          <Segmented
            label={t('density')}
            value={preferences.density}
            onChange={(density) => change({ density })}
            segments={[
              { value: 'compact', label: t('densityCompact'), content: <Lines gap={2.75} /> },
              { value: 'normal', label: t('densityNormal'), content: <Lines gap={3.75} /> },
              { value: 'roomy', label: t('densityRoomy'), content: <Lines gap={5} /> },
            ]}
          />
        </Choice>
      </div>
      <Line />
      <div role="menu" aria-label={t('person')}>
        <Row icon={Settings2} label={t('settings')} onPress={() => goTo('/settings/profile')} />
        <Row icon={Keyboard} label={t('keyboard')} keys="?" className="coarse:hidden" onPress={onKeyboardHelp} />
        {person.role === 'admin' ? (
          <Row icon={ShieldCheck} label={t('administration')} onPress={() => goTo('/admin/capacity')} />
        ) : null}
        <Row icon={LogOut} label={auth('signOut')} onPress={() => void leave()} />
      </div>
    </>
  )
}

function Line() {
  return <hr className="mx-1 my-1.5 border-line" />
}

function Choice({ icon, label, children }: { icon: LucideIcon; label: string; children: ReactNode }) {
  return (
    <div className="flex items-center gap-2.5 px-2.5 py-1">
      <Icon of={icon} className="text-ink-2" />
      <span aria-hidden="true" className="min-w-0 flex-1">
        {label}
      </span>
      {children}
    </div>
  )
}

type RowProps = { icon: LucideIcon; label: string; keys?: string; className?: string; onPress: () => void }

function Row({ icon, label, keys, className, onPress }: RowProps) {
  return (
    <button
      type="button"
      role="menuitem"
      onClick={onPress}
      onKeyDown={walk}
      className={cn(
        'flex h-[34px] w-full items-center gap-2.5 rounded-tile px-2.5 text-left hover:bg-hover active:bg-press coarse:h-12',
        className,
      )}
    >
      <Icon of={icon} className="text-ink-2" />
      {label}
      {keys === undefined ? null : <kbd className="ml-auto font-medium font-sans text-11 text-ink-3">{keys}</kbd>}
    </button>
  )
}

/** Arrows walk through the items. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const { key, currentTarget } = event
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return
  event.preventDefault()
  const next = key === 'ArrowDown' ? currentTarget.nextElementSibling : currentTarget.previousElementSibling
  if (next instanceof HTMLElement) next.focus()
}

function Lines({ gap }: { gap: number }) {
  return (
    <svg
      width="14"
      height="14"
      viewBox="0 0 14 14"
      aria-hidden="true"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
    >
      {[-1, 0, 1].map((line) => (
        <path key={line} d={`M2 ${7 + line * gap}H12`} />
      ))}
    </svg>
  )
}
