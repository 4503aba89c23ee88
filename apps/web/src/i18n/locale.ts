import { readCookies } from '../lib/cookies.ts'

export const locales = ['en', 'zh-CN'] as const
export type Locale = (typeof locales)[number]
const DEFAULT_LOCALE: Locale = 'en'
export const LOCALE_COOKIE = 'cairn.locale'

/** The value of the `lang` attribute: Chinese names its script, so that fonts and line breaks follow it. */
export const htmlLang: Record<Locale, string> = { en: 'en', 'zh-CN': 'zh-Hans' }

export function isLocale(value: string | undefined): value is Locale {
  return locales.some((locale) => locale === value)
}

/** The best of our languages for an Accept-Language header. Every kind of Chinese is served with Simplified Chinese. */
export function negotiateLocale(acceptLanguage: string | null): Locale {
  const wishes = (acceptLanguage ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';')
      const quality = parameters.map((text) => /^\s*q=([\d.]+)$/.exec(text)?.[1]).find((text) => text !== undefined)
      return { language: tag.split('-')[0], quality: quality === undefined ? 1 : Number(quality) }
    })
    .filter((wish) => wish.quality > 0)
    .sort((a, b) => b.quality - a.quality)
  for (const { language } of wishes) {
    if (language === 'zh') return 'zh-CN'
    if (language === 'en') return 'en'
  }
  return DEFAULT_LOCALE
}

/** The language for an answer to this request: the one chosen on this device, else the browser's. */
export function requestLocale(headers: Headers): Locale {
  const chosen = readCookies(headers).get(LOCALE_COOKIE)
  return isLocale(chosen) ? chosen : negotiateLocale(headers.get('accept-language'))
}
