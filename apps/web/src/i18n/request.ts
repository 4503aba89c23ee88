import { cookies, headers } from 'next/headers'
import { getRequestConfig } from 'next-intl/server'
import english from '../../messages/en.json' with { type: 'json' }
import chinese from '../../messages/zh-CN.json' with { type: 'json' }
import { isLocale, LOCALE_COOKIE, negotiateLocale } from './locale.ts'

const messages = { en: english, 'zh-CN': chinese }

export default getRequestConfig(async () => {
  const chosen = (await cookies()).get(LOCALE_COOKIE)?.value
  const locale = isLocale(chosen) ? chosen : negotiateLocale((await headers()).get('accept-language'))
  return { locale, messages: messages[locale] }
})
