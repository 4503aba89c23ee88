import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { GroupsPage } from '../../../../features/admin/groups-page.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('admin'))('groups') }
}

export default function Page() {
  return <GroupsPage />
}
