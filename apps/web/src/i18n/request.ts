import { cookies, headers } from 'next/headers'
import { getRequestConfig } from 'next-intl/server'
import { english } from '../../messages/en/index.ts'
import { chinese } from '../../messages/zh-CN/index.ts'
import { isLocale, LOCALE_COOKIE, negotiateLocale } from './locale.ts'

const messages = { en: english, 'zh-CN': chinese }

export default getRequestConfig(async () => {
  const chosen = (await cookies()).get(LOCALE_COOKIE)?.value
  const locale = isLocale(chosen) ? chosen : negotiateLocale((await headers()).get('accept-language'))
  return { locale, messages: messages[locale] }
})
