import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { getLocale, getTranslations } from 'next-intl/server'
import { describeInvitation } from '../../../../features/account/invitations.ts'
import { RegisterForm } from '../../../../features/auth/register-form.tsx'
import { formatSize } from '../../../../i18n/format-size.ts'
import { loadMe } from '../../../page-data.ts'
import { BackToSignIn } from '../../back-to-sign-in.tsx'
import { DoorTitle } from '../../door-title.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('auth'))('registerSubmit') }
}

/** Where an invitation's link leads. */
export default async function JoinPage({ params }: { params: Promise<{ token: string }> }) {
  if ((await loadMe()) !== null) redirect('/drive')
  const t = await getTranslations('auth')
  const { token } = await params
  const invitation = await describeInvitation(token)
  if (invitation === null) {
    return (
      <>
        <DoorTitle title={t('invitationGoneTitle')} sentence={t('invitationGone')} />
        <BackToSignIn />
      </>
    )
  }
  const size = formatSize(invitation.quotaBytes, await getLocale())
  return (
    <>
      <DoorTitle title={t('registerTitle')} sentence={t('invited', { size })} />
      <RegisterForm invitation={token} email={invitation.email} />
    </>
  )
}
