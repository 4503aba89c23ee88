import { ShieldCheck } from 'lucide-react'
import type { Metadata } from 'next'
import Link from 'next/link'
import { redirect } from 'next/navigation'
import { getLocale, getTranslations } from 'next-intl/server'
import { Icon } from '../../../components/icon.tsx'
import { RegisterForm } from '../../../features/auth/register-form.tsx'
import { safeNext } from '../../../features/auth/session-client.ts'
import { formatSize } from '../../../i18n/format-size.ts'
import { loadMe, loadSetup } from '../../page-data.ts'
import { type Asked, isToSave, otherDoor } from '../wish.ts'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('auth'))('registerSubmit') }
}

export default async function RegisterPage({ searchParams }: { searchParams: Promise<Asked> }) {
  const asked = await searchParams
  if ((await loadMe()) !== null) redirect(safeNext(typeof asked['next'] === 'string' ? asked['next'] : null))
  const setup = await loadSetup()
  const t = await getTranslations('auth')
  const closed = setup.signup !== 'open' && !setup.firstUser
  const size = formatSize(setup.quotaBytes, await getLocale())
  return (
    <>
      <h1 className="font-[620] text-24 title-tracking">{closed ? t('closedTitle') : t('registerTitle')}</h1>
      <p className="mt-1 mb-6 text-ink-2">
        {closed ? t('closedSentence') : t('spaceToBegin', { size })}
        {!closed && isToSave(asked) ? ` ${t('thenSaved')}` : null}
      </p>
      {setup.firstUser ? (
        <p className="mb-5 flex gap-2.5 rounded-button bg-select px-3.5 py-3 text-13 text-accent-text">
          <Icon of={ShieldCheck} size="small" className="mt-px shrink-0" />
          {t('firstUser')}
        </p>
      ) : null}
      {closed ? null : <RegisterForm />}
      {setup.firstUser ? null : (
        <p className="mt-6 text-13 text-ink-2">
          {t('haveOne')}{' '}
          <Link
            href={otherDoor('/sign-in', asked)}
            className="rounded-tag font-medium text-accent-text hover:underline"
          >
            {t('signIn')}
          </Link>
        </p>
      )}
    </>
  )
}
