import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { AppearanceSettings } from '../../../../features/account/appearance-settings.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('account'))('appearancePage') }
}

export default function AppearancePage() {
  return <AppearanceSettings />
}
