'use client'

import type { Preferences } from '../../components/preferences.ts'
import { usePreferences } from '../../components/preferences-provider.tsx'
import { useDrive } from './drive-context.tsx'

type View = Preferences['view']

/** Whether the open place is a list or a grid. Images are a grid until somebody wants them as a list. */
export function useListView(): { view: View; setView: (view: View) => void } {
  const { preferences, change } = usePreferences()
  const { place } = useDrive()
  const images = place?.kind === 'category' && place.category === 'image'
  return {
    view: images ? preferences.imagesView : preferences.view,
    setView: (view) => change(images ? { imagesView: view } : { view }),
  }
}
