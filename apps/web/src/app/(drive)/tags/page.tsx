import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { TagList } from './tag-list.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('labels'))('allTags') }
}

export default function TagsPage() {
  return <TagList />
}
