import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { KeptPage } from '../../../../features/kept/kept-page.tsx'
import { loadMe } from '../../../page-data.ts'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('account'))('keptPage') }
}

export default async function KeptFilesPage() {
  return <KeptPage personId={(await loadMe())?.id ?? ''} />
}
