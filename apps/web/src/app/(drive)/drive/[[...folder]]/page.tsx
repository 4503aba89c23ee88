import { cookies } from 'next/headers'
import { notFound, redirect } from 'next/navigation'
import { parsePreferences, parseTheme, THEME_COOKIE, VIEW_COOKIE } from '../../../../components/preferences.ts'
import { ROOT_ID } from '../../../../features/drive/api-client.ts'
import { folderPath } from '../../../../features/drive/folder-path.ts'
import { loadFirstPage, loadMe } from '../../../page-data.ts'
import { DriveScreen } from '../../drive-screen.tsx'

export default async function DrivePage({ params }: { params: Promise<{ folder?: string[] }> }) {
  const { folder = [] } = await params
  if (folder.length > 1) notFound()
  const folderId = folder[0] ?? ROOT_ID
  const me = await loadMe()
  if (me === null) redirect(`/sign-in?next=${encodeURIComponent(folderPath(folderId))}`)
  const jar = await cookies()
  const preferences = parsePreferences(jar.get(VIEW_COOKIE)?.value)
  const order = { sort: preferences.sort, direction: preferences.direction }
  const page = await loadFirstPage(folderId, order)
  return (
    <DriveScreen
      me={me}
      preferences={preferences}
      theme={parseTheme(jar.get(THEME_COOKIE)?.value)}
      initial={page === null ? null : { folderId, order, page }}
    />
  )
}
