import { cookies, headers } from 'next/headers'
import { redirect } from 'next/navigation'
import type { ReactNode } from 'react'
import { parsePreferences, parseTheme, THEME_COOKIE, VIEW_COOKIE } from '../../components/preferences.ts'
import { placeId, placeOfPath } from '../../features/drive/place.ts'
import { SectionMessages } from '../../i18n/section-messages.tsx'
import { PATH_HEADER } from '../../lib/path-header.ts'
import { loadFirstPage, loadLabels, loadMe } from '../page-data.ts'
import { DriveScreen } from './drive-screen.tsx'

/** Rendered once, when a browser loads one of the pages inside; later pages come without it. */
export default async function DriveLayout({ children }: { children: ReactNode }) {
  const path = (await headers()).get(PATH_HEADER) ?? '/drive'
  const me = await loadMe()
  if (me === null) redirect(`/sign-in?next=${encodeURIComponent(path)}`)
  const jar = await cookies()
  const preferences = parsePreferences(jar.get(VIEW_COOKIE)?.value)
  const order = { sort: preferences.sort, direction: preferences.direction }
  const place = placeOfPath(path)
  const folderId = place === null ? null : placeId(place)
  const [page, labels] = await Promise.all([folderId === null ? null : loadFirstPage(folderId, order), loadLabels()])
  return (
    <SectionMessages section="drive">
      <DriveScreen
        me={me}
        labels={labels}
        preferences={preferences}
        theme={parseTheme(jar.get(THEME_COOKIE)?.value)}
        initial={page === null || folderId === null ? null : { folderId, order, page }}
      >
        {children}
      </DriveScreen>
    </SectionMessages>
  )
}
