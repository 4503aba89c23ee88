import type { Metadata } from 'next'
import { headers } from 'next/headers'
import Link from 'next/link'
import { redirect } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { safeNext } from '../../../features/auth/session-client.ts'
import { SignInForm } from '../../../features/auth/sign-in-form.tsx'
import { signInErrors } from '../../../lib/account/account-rules.ts'
import { loadMe, loadSetup } from '../../page-data.ts'
import { DoorTitle } from '../door-title.tsx'
import { type Asked, isToSave, otherDoor } from '../wish.ts'
import { ForgetKept } from './forget-kept.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('auth'))('signIn') }
}

type SignInPageProps = { searchParams: Promise<Asked> }

export default async function SignInPage({ searchParams }: SignInPageProps) {
  const asked = await searchParams
  // Signed in meanwhile, in another tab.
  if ((await loadMe()) !== null) redirect(safeNext(typeof asked['next'] === 'string' ? asked['next'] : null))
  const setup = await loadSetup()
  if (setup.firstUser) redirect('/register')
  const t = await getTranslations('auth')
  const problem = problemOf(asked['error'])
  return (
    <>
      <ForgetKept />
      <DoorTitle title={t('signInTitle')} sentence={isToSave(asked) ? t('thenSaved') : (await headers()).get('host')} />
      <SignInForm oidc={setup.oidc} problem={problem && t(problem, { name: setup.oidc ?? '' })}>
        {setup.signup === 'open' ? (
          <p className="mt-6 text-13 text-ink-2">
            {t('newHere')}{' '}
            <Link
              href={otherDoor('/register', asked)}
              className="rounded-tag font-medium text-accent-text hover:underline"
            >
              {t('createAccount')}
            </Link>
          </p>
        ) : null}
      </SignInForm>
    </>
  )
}

/** Why a sign-in service's word was not enough, when we come back from it with nothing. */
function problemOf(error: string | string[] | undefined) {
  switch (error) {
    case undefined:
      return undefined
    case signInErrors.emailUnproven:
      return 'oidcUnproven'
    case signInErrors.signupClosed:
      return 'closedSentence'
    case signInErrors.disabled:
      return 'disabled'
    case signInErrors.oidcUnreachable:
      return 'oidcUnreachable'
    default:
      return 'oidcFailed'
  }
}
