import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { ConfirmEmailForm } from '../../../../features/auth/confirm-email-form.tsx'
import { DoorTitle } from '../../door-title.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('auth'))('confirmTitle') }
}

export default async function ConfirmPage({ params }: { params: Promise<{ token: string }> }) {
  const t = await getTranslations('auth')
  return (
    <>
      <DoorTitle title={t('confirmTitle')} sentence={t('confirmSentence')} />
      <ConfirmEmailForm token={(await params).token} />
    </>
  )
}
