import type { Metadata } from 'next'
import { headers } from 'next/headers'
import { notFound } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { currentUser } from '../../../features/auth/session.ts'
import { doorState } from '../../../features/shares/server/visit-shares.ts'
import { visitorRequest } from '../../../features/shares/server/visitor-request.ts'
import { VisitWithPreview } from './visit-with-preview.tsx'

/** The same for every link: what it holds is told in the page, after the code. */
export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('visitor')
  return { title: t('doorTitle'), robots: { index: false, follow: false, noarchive: true }, referrer: 'no-referrer' }
}

export default async function SharePage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params
  const state = await doorState(visitorRequest(await headers()), token)
  if (state.kind === 'closed') notFound()
  return <VisitWithPreview token={token} initial={state} signedIn={(await currentUser()) !== null} />
}
