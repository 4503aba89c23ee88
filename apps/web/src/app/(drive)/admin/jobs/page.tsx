import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { JobsPage } from '../../../../features/admin/jobs-page.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('admin'))('jobs') }
}

export default function Page() {
  return <JobsPage />
}
