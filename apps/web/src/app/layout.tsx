import type { Metadata, Viewport } from 'next'
import localFont from 'next/font/local'
import { cookies, headers } from 'next/headers'
import { getLocale, getTranslations } from 'next-intl/server'
import type { ReactNode } from 'react'
import { EarlyFormsScript } from '../components/early-forms-script.tsx'
import { LifeSign } from '../components/life-sign.tsx'
import { parseTheme, THEME_COOKIE } from '../components/preferences.ts'
import { ThemeKeeper } from '../components/theme-keeper.tsx'
import { ThemeScript } from '../components/theme-script.tsx'
import { htmlLang } from '../i18n/locale.ts'
import { SectionMessages } from '../i18n/section-messages.tsx'
import './globals.css'
import { OfflinePage } from './offline-page.tsx'

// Latin only: Chinese always comes from the system.
const inter = localFont({
  src: './fonts/inter-latin.woff2',
  weight: '100 900',
  display: 'swap',
  variable: '--font-inter',
  adjustFontFallback: false,
  declarations: [
    {
      prop: 'unicode-range',
      value:
        'U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+0304, U+0308, U+0329, U+2000-2017, U+201A-2025, U+2027-206F, U+20AC, U+2122, U+2191, U+2193, U+2212, U+2215, U+FEFF, U+FFFD',
    },
  ],
})

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('shell')
  // Listings name themselves (`page-title.tsx`), every other page says its name.
  return { title: { default: '', template: `%s · ${t('title')}` }, description: t('tagline') }
}

// The colour of the canvas, so that the browser's own bar blends with the page.
const canvas = { light: '#f4f4f1', dark: '#0e1214' } as const

export async function generateViewport(): Promise<Viewport> {
  const theme = parseTheme((await cookies()).get(THEME_COOKIE)?.value)
  return {
    width: 'device-width',
    initialScale: 1,
    viewportFit: 'cover',
    themeColor:
      theme === 'system'
        ? [
            { media: '(prefers-color-scheme: light)', color: canvas.light },
            { media: '(prefers-color-scheme: dark)', color: canvas.dark },
          ]
        : canvas[theme],
  }
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  const locale = await getLocale()
  const theme = parseTheme((await cookies()).get(THEME_COOKIE)?.value)
  const nonce = (await headers()).get('x-nonce') ?? undefined
  return (
    <html
      lang={htmlLang[locale]}
      className={`${inter.variable} font-sans ${theme === 'dark' ? 'dark' : ''}`}
      suppressHydrationWarning
    >
      <head>
        <ThemeScript nonce={nonce} />
        <EarlyFormsScript nonce={nonce} />
      </head>
      <body>
        <SectionMessages section="everywhere">{children}</SectionMessages>
        <ThemeKeeper theme={theme} />
        <OfflinePage />
        <LifeSign />
      </body>
    </html>
  )
}
