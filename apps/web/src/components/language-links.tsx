'use client'

import { useRouter } from 'next/navigation'
import { useLocale, useTranslations } from 'next-intl'
import { LOCALE_COOKIE, type Locale, locales } from '../i18n/locale.ts'
import { cn } from './class-names.ts'
import { rememberInCookie } from './cookie.ts'

const names: Record<Locale, { name: string; short: string; lang: string }> = {
  en: { name: 'English', short: 'EN', lang: 'en' },
  'zh-CN': { name: '简体中文', short: '中文', lang: 'zh-Hans' },
}

/** Switches the language of the page in place: what was typed stays. */
export function useLanguage() {
  const router = useRouter()
  const current = useLocale()
  return {
    current,
    languages: locales.map((locale) => ({ locale, ...names[locale] })),
    choose: (locale: Locale) => {
      rememberInCookie(LOCALE_COOKIE, locale)
      router.refresh()
    },
  }
}

export function LanguageLinks() {
  const t = useTranslations('auth')
  const { current, languages, choose } = useLanguage()
  return (
    <nav aria-label={t('language')} className="flex justify-center gap-2 text-13 text-ink-3">
      {languages.map(({ locale, name, lang }) => (
        <button
          key={locale}
          type="button"
          lang={lang}
          aria-current={locale === current ? 'true' : undefined}
          onClick={() => choose(locale)}
          className={cn(
            'h-8 rounded-tile px-2 hover:bg-hover hover:text-ink coarse:h-11',
            locale === current && 'text-ink-2',
          )}
        >
          {name}
        </button>
      ))}
    </nav>
  )
}
