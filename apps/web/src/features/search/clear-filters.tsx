'use client'

import { useTranslations } from 'next-intl'
import { Button } from '../../components/button.tsx'
import { withoutFilters } from './edit-query.ts'

type ClearFiltersProps = { typed: string; onTyped: (typed: string) => void }

/** Where nothing was found: the way to everything that only a filter hides. */
export function ClearFilters({ typed, onTyped }: ClearFiltersProps) {
  const t = useTranslations('search')
  const words = withoutFilters(typed)
  if (words === typed.trim()) return null
  return (
    <Button size="sm" onClick={() => onTyped(words)}>
      {t('clearFilters')}
    </Button>
  )
}
