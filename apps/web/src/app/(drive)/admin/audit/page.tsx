import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { AuditPage } from '../../../../features/admin/audit-page.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('admin'))('audit') }
}

export default function Page() {
  return <AuditPage />
}
