import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { SecuritySettings } from '../../../../features/account/security-settings.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('account'))('securityPage') }
}

export default function SecurityPage() {
  return <SecuritySettings />
}
