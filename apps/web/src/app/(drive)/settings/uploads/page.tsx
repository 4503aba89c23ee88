import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { UnfinishedUploads } from './unfinished-uploads.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('account'))('uploadsPage') }
}

export default function UploadsPage() {
  return <UnfinishedUploads />
}
