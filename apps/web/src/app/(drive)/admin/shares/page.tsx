import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { SharesPage } from '../../../../features/admin/shares-page.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('admin'))('shares') }
}

export default function Page() {
  return <SharesPage />
}
