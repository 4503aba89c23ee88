import type { Metadata } from 'next'
import { cookies } from 'next/headers'
import { getTranslations } from 'next-intl/server'
import { parseTheme, THEME_COOKIE } from '../../../../components/preferences.ts'
import { AppearanceSettings } from '../../../../features/account/appearance-settings.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('account'))('appearancePage') }
}

export default async function AppearancePage() {
  return <AppearanceSettings theme={parseTheme((await cookies()).get(THEME_COOKIE)?.value)} />
}
