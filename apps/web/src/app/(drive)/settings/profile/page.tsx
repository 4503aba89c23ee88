import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { loadMe } from '../../../page-data.ts'
import { Profile } from './profile.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('account'))('profilePage') }
}

export default async function ProfilePage() {
  const me = await loadMe()
  return me === null ? null : <Profile me={me} />
}
