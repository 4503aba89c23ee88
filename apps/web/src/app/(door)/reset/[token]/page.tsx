import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { isResetLinkGood } from '../../../../features/auth/reset.ts'
import { ResetForm } from '../../../../features/auth/reset-form.tsx'
import { BackToSignIn } from '../../back-to-sign-in.tsx'
import { DoorTitle } from '../../door-title.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('auth'))('resetTitle') }
}

export default async function ResetPage({ params }: { params: Promise<{ token: string }> }) {
  const t = await getTranslations('auth')
  const { token } = await params
  const isGood = await isResetLinkGood(token)
  return (
    <>
      <DoorTitle title={t('resetTitle')} sentence={isGood ? t('resetSentence') : t('linkGone')} />
      {isGood ? <ResetForm token={token} /> : <BackToSignIn />}
    </>
  )
}
