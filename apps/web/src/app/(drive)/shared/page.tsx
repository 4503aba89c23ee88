import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { SharesView } from '../../../features/shares/shares-view.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('shares'))('page') }
}

export default function SharedPage() {
  return <SharesView />
}
