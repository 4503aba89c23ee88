import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { PeoplePage } from '../../../../features/admin/people-page.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('admin'))('people') }
}

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> }

/** `open`: whose dialog stands over the table, as the search of the administration asks. */
export default async function Page({ searchParams }: PageProps) {
  const wanted = await searchParams
  const text = (key: string) => (typeof wanted[key] === 'string' ? wanted[key] : '')
  return <PeoplePage key={text('open')} typed={text('q')} open={text('open')} />
}
