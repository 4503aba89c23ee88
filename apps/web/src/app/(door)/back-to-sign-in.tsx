import Link from 'next/link'
import { getTranslations } from 'next-intl/server'

export async function BackToSignIn() {
  const t = await getTranslations('auth')
  return (
    <p className="mt-6 text-13">
      <Link href="/sign-in" className="rounded-tag font-medium text-accent-text hover:underline">
        {t('backToSignIn')}
      </Link>
    </p>
  )
}
