import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { CapacityPage } from '../../../../features/admin/capacity-page.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('admin'))('capacity') }
}

export default function Page() {
  return <CapacityPage />
}
