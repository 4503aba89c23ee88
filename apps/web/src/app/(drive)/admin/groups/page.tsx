import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { GroupsPage } from '../../../../features/admin/groups-page.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('admin'))('groups') }
}

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> }

/** `open`: whose dialog stands over the table, as the search of the administration asks. */
export default async function Page({ searchParams }: PageProps) {
  const wanted = (await searchParams)['open']
  const open = typeof wanted === 'string' ? wanted : ''
  return <GroupsPage key={open} open={open} />
}
