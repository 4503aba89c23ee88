'use client'

import { Search } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useEffect, useRef, useState } from 'react'
import { Icon } from '../../components/icon.tsx'
import { usePhone } from '../../components/use-media-query.ts'
import { withoutFilters } from './edit-query.ts'
import { PaletteChips } from './palette-chips.tsx'

// As long as one types, the address and the list wait.
const PAUSE_MS = 200

type SearchHeadProps = {
  typed: string
  onTyped: (typed: string) => void
  inFolder: boolean
  tags: readonly string[]
}

/** The field and the filters above what was found; what stands in them stands in the address. */
export function SearchHead({ typed, onTyped, inFolder, tags }: SearchHeadProps) {
  const t = useTranslations('search')
  const field = useRef<HTMLInputElement>(null)
  const [text, setText] = useTyped(typed, onTyped)
  // Whoever has come to narrow a list goes on by typing; on phones that would cover half of it.
  const phone = usePhone()
  const begins = useRef(!phone && typed.trim() !== '' && withoutFilters(typed) === '')
  useEffect(() => {
    if (begins.current) field.current?.focus()
  }, [])
  return (
    <search className="flex min-w-0 flex-1 items-center gap-1 phone:flex-col phone:items-stretch">
      <label className="flex h-9 min-w-40 max-w-80 flex-1 items-center gap-2 rounded-button bg-sunken px-3 text-ink-3 phone:h-10 coarse:h-11 phone:max-w-none phone:flex-none phone:rounded-full">
        <Icon of={Search} size="small" />
        <span className="sr-only">{t('title')}</span>
        <input
          ref={field}
          value={text}
          autoComplete="off"
          spellCheck={false}
          enterKeyHint="search"
          onChange={(event) => setText(event.target.value)}
          className="h-full min-w-0 flex-1 bg-transparent text-ink outline-none phone:text-16"
        />
      </label>
      <PaletteChips
        typed={text}
        onTyped={setText}
        inFolder={inFolder}
        tags={tags}
        onReturnFocus={() => field.current?.focus()}
        className="min-w-0 shrink px-2 py-1"
      />
    </search>
  )
}

/** What is in the field, told after a pause; the address decides when it changes by itself, as with Back. */
function useTyped(typed: string, onTyped: (typed: string) => void) {
  const [text, setText] = useState(typed)
  const told = useRef(typed)
  const latest = useRef(onTyped)
  latest.current = onTyped
  useEffect(() => {
    if (told.current === typed) return
    told.current = typed
    setText(typed)
  }, [typed])
  useEffect(() => {
    if (text === told.current) return
    const timer = setTimeout(() => {
      told.current = text
      latest.current(text)
    }, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text])
  return [text, setText] as const
}
