import type { Metadata } from 'next'
import { headers } from 'next/headers'
import Link from 'next/link'
import { redirect } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { SignInForm } from '../../../features/auth/sign-in-form.tsx'
import { loadMe, loadSetup } from '../../page-data.ts'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('auth'))('signIn') }
}

export default async function SignInPage() {
  if ((await loadMe()) !== null) redirect('/drive')
  const setup = await loadSetup()
  if (setup.firstUser) redirect('/register')
  const t = await getTranslations('auth')
  return (
    <>
      <h1 className="font-[620] text-24 title-tracking">{t('signInTitle')}</h1>
      <p className="mt-1 mb-6 text-ink-2">{(await headers()).get('host')}</p>
      <SignInForm />
      {setup.signup === 'open' ? (
        <p className="mt-6 text-13 text-ink-2">
          {t('newHere')}{' '}
          <Link href="/register" className="rounded-tag font-medium text-accent-text hover:underline">
            {t('createAccount')}
          </Link>
        </p>
      ) : null}
    </>
  )
}
