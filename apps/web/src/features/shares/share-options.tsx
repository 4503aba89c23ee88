'use client'

import { ArrowDownToLine, Calendar, ChevronDown, Download, Eye, KeyRound, type LucideIcon } from 'lucide-react'
import { useLocale, useTranslations } from 'next-intl'
import { Switch } from 'radix-ui'
import { type ReactNode, useId, useState } from 'react'
import { buttonLook } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { Segmented } from '../../components/segmented.tsx'
import type { Draft } from './share-draft.ts'
import { daysUntil, endOfDate, endOfDay } from './share-draft.ts'

type ShareOptionsProps = { draft: Draft; onChange: (change: Partial<Draft>) => void }

/** What a link allows. Every change is told at once. */
export function ShareOptions({ draft, onChange }: ShareOptionsProps) {
  const t = useTranslations('shares')
  const codeId = useId()
  return (
    <div className="mt-4 border-line border-t pt-2">
      <Option icon={Download} label={t('peopleCan')}>
        <Segmented
          label={t('peopleCan')}
          value={draft.allowDownload ? 'download' : 'view'}
          segments={[
            { value: 'download', label: t('canDownload'), content: t('canDownload') },
            { value: 'view', label: t('canView'), content: t('canView') },
          ]}
          onChange={(can) => onChange({ allowDownload: can === 'download' })}
        />
      </Option>
      <Option icon={KeyRound} label={<label htmlFor={codeId}>{t('askCode')}</label>}>
        <Switch.Root
          id={codeId}
          checked={draft.withCode}
          onCheckedChange={(withCode) => onChange({ withCode })}
          className="relative h-5 w-9 rounded-full bg-control transition-colors data-[state=checked]:bg-accent coarse:my-3 forced-colors:border"
        >
          <Switch.Thumb className="block size-4 translate-x-0.5 rounded-full bg-on-accent transition-transform data-[state=checked]:translate-x-[18px] forced-colors:bg-[ButtonText]" />
        </Switch.Root>
      </Option>
      <Ends expiresAt={draft.expiresAt} onChange={(expiresAt) => onChange({ expiresAt })} />
      {draft.allowDownload ? (
        <Limit
          icon={ArrowDownToLine}
          label={t('downloadLimit')}
          value={draft.maxDownloads}
          onChange={(maxDownloads) => onChange({ maxDownloads })}
        />
      ) : null}
      <Limit icon={Eye} label={t('viewLimit')} value={draft.maxViews} onChange={(maxViews) => onChange({ maxViews })} />
    </div>
  )
}

function Option({ icon, label, children }: { icon: LucideIcon; label: ReactNode; children: ReactNode }) {
  return (
    <div className="flex min-h-11 coarse:min-h-12 flex-wrap items-center gap-3">
      <Icon of={icon} size="small" className="text-ink-2" />
      <span className="flex-1">{label}</span>
      {children}
    </div>
  )
}

type Choice = { value: string; label: string }
type PickProps = {
  label: string
  shown: string
  value: string
  choices: readonly Choice[]
  onPick: (value: string) => void
}

/** A button that shows what is chosen; the browser's own list of choices lies over it, invisible. */
function Pick({ label, shown, value, choices, onPick }: PickProps) {
  return (
    <span className="relative inline-flex rounded-tile has-focus-visible:outline-2 has-focus-visible:outline-focus has-focus-visible:outline-offset-2">
      <span aria-hidden="true" className={buttonLook({ size: 'sm' }, 'tabular-nums')}>
        {shown}
        <Icon of={ChevronDown} size="tiny" />
      </span>
      <select
        aria-label={label}
        value={value}
        onChange={(event) => onPick(event.target.value)}
        className="absolute inset-0 cursor-pointer opacity-0 phone:text-16"
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </span>
  )
}

const endDays = [1, 3, 7, 30] as const
const YEAR_DAYS = 365

function Ends({ expiresAt, onChange }: { expiresAt: string | null; onChange: (expiresAt: string | null) => void }) {
  const t = useTranslations('shares')
  const day = useLongDate()
  const [choosing, setChoosing] = useState(false)
  const days = expiresAt === null ? null : daysUntil(expiresAt, new Date())
  const isKnown = days !== null && (days === YEAR_DAYS || endDays.some((known) => known === days))
  const choices = [
    ...endDays.map((n) => ({ value: String(n), label: t('inDays', { n }) })),
    { value: String(YEAR_DAYS), label: t('inYear') },
    ...(isKnown || expiresAt === null ? [] : [{ value: 'kept', label: day(expiresAt) }]),
    { value: 'date', label: t('chooseDate') },
    { value: 'never', label: t('never') },
  ]
  const pick = (value: string) => {
    setChoosing(value === 'date')
    if (value === 'never') onChange(null)
    else if (value !== 'date' && value !== 'kept') onChange(endOfDay(new Date(), Number(value)))
  }
  const known = isKnown ? String(days) : 'kept'
  return (
    <Option icon={Calendar} label={t('ends')}>
      {choosing ? (
        <input
          type="date"
          aria-label={t('lastDay')}
          // biome-ignore lint/a11y/noAutofocus: it appears because a date was asked for.
          autoFocus
          onChange={(event) => {
            const end = endOfDate(event.target.value, new Date())
            if (end !== undefined) onChange(end)
          }}
          className="h-[30px] rounded-tile bg-field px-2 text-13 inset-ring inset-ring-control coarse:h-11 phone:text-16"
        />
      ) : null}
      <Pick
        label={t('ends')}
        shown={expiresAt === null ? t('never') : day(expiresAt)}
        value={expiresAt === null ? 'never' : known}
        choices={choices}
        onPick={pick}
      />
    </Option>
  )
}

/** A day with its year: "28 Nov 2026", "2026年11月28日". */
export function useLongDate(): (iso: string) => string {
  const locale = useLocale()
  const format = new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, {
    day: 'numeric',
    month: locale === 'en' ? 'short' : 'long',
    year: 'numeric',
  })
  return (iso) => format.format(new Date(iso)).replace('Sept', 'Sep')
}

const limits = [1, 3, 5, 10, 20, 50, 100] as const

type LimitProps = { icon: LucideIcon; label: string; value: number | null; onChange: (value: number | null) => void }

function Limit({ icon, label, value, onChange }: LimitProps) {
  const t = useTranslations('shares')
  const none = { value: 'none', label: t('none') }
  const numbers = [...new Set([...limits, ...(value === null ? [] : [value])])].toSorted((a, b) => a - b)
  const choices = [none, ...numbers.map((n) => ({ value: String(n), label: String(n) }))]
  return (
    <Option icon={icon} label={label}>
      <Pick
        label={label}
        shown={value === null ? none.label : String(value)}
        value={value === null ? none.value : String(value)}
        choices={choices}
        onPick={(picked) => onChange(picked === none.value ? null : Number(picked))}
      />
    </Option>
  )
}
