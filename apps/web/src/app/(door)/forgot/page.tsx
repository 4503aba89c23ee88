import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { ForgotForm } from '../../../features/auth/forgot-form.tsx'
import { loadSetup } from '../../page-data.ts'
import { BackToSignIn } from '../back-to-sign-in.tsx'
import { DoorTitle } from '../door-title.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('auth'))('forgotTitle') }
}

export default async function ForgotPage() {
  const t = await getTranslations('auth')
  const { mail } = await loadSetup()
  return (
    <>
      <DoorTitle title={t('forgotTitle')} sentence={mail ? t('forgotSentence') : t('forgotWithoutMail')} />
      {mail ? <ForgotForm /> : null}
      <BackToSignIn />
    </>
  )
}
