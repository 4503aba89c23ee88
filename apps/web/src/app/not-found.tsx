import { getTranslations } from 'next-intl/server'
import { buttonLook } from '../components/button.tsx'
import { Void } from '../components/void.tsx'

/** One page for what is not there and for what is somebody else's, so that nothing leaks. */
export default async function NotFoundPage() {
  const t = await getTranslations('drive')
  const shell = await getTranslations('shell')
  return (
    <main className="flex min-h-dvh flex-col">
      <title>{`${t('notFoundTitle')} · ${shell('title')}`}</title>
      <Void drawing="locked" title={t('notFoundTitle')} sentence={t('notFound')}>
        {/* A link with its code would be part of every page. */}
        <a href="/drive" className={buttonLook({ size: 'sm' })}>
          {t('backToDrive')}
        </a>
      </Void>
    </main>
  )
}
