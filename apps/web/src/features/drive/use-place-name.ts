'use client'

import { useTranslations } from 'next-intl'
import { useDrive } from './drive-context.tsx'

/** What the open listing is called: a folder, or what is gathered from the whole drive. */
export function usePlaceName(): string {
  const shell = useTranslations('shell')
  const places = useTranslations('places')
  const { place, path, state } = useDrive()
  if (place === null || place.kind === 'folder') return path.at(-1)?.name ?? shell('drive')
  if (place.kind === 'tag') return state.folder?.name ?? places('tags')
  if (place.kind === 'search') return places('found', { q: place.q.trim() })
  return place.kind === 'category' ? places(`category.${place.category}`) : places(place.kind)
}
