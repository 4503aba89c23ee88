'use client'

import { useTranslations } from 'next-intl'
import { useEffect, useRef } from 'react'
import { Chip } from '../../components/chip.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { useLabels } from './use-labels.ts'

type TypeChipsProps = {
  category: string
  /** The one that is shown; undefined: all of them. */
  type: string | undefined
  onType: (type: string | undefined) => void
  /** They were just pressed, on the page before. */
  focused: boolean
  onFocused: () => void
}

/** The types of files in a category, to look at one of them. Nothing while there are not two to choose from. */
export function TypeChips({ category, type, onType, focused, onFocused }: TypeChipsProps) {
  const t = useTranslations('labels')
  const format = useFormat()
  const types = useLabels()?.types.filter((one) => one.category === category) ?? []
  const chips = useRef<HTMLFieldSetElement>(null)
  const latest = useRef({ focused, onFocused })
  latest.current = { focused, onFocused }
  const known = types.length > 0
  useEffect(() => {
    if (!known || !latest.current.focused) return
    chips.current?.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus()
    latest.current.onFocused()
  }, [known])
  if (types.length < 2 && type === undefined) return null
  return (
    <fieldset
      ref={chips}
      className="scrollbar-none flex min-w-0 shrink-0 gap-2 overflow-x-auto px-6 pt-0.5 pb-3 phone:px-4 phone:pb-2"
    >
      <legend className="sr-only">{t('types')}</legend>
      <Chip pressed={type === undefined} onClick={() => onType(undefined)}>
        {t('allTypes')}
      </Chip>
      {types.map((one) => (
        <Chip key={one.type} pressed={one.type === type} onClick={() => onType(one.type)}>
          {one.type.toUpperCase()}
          <span className="font-normal text-ink-3 tabular-nums">{format.count(one.files)}</span>
        </Chip>
      ))}
    </fieldset>
  )
}
