'use client'

import { createContext, type ReactNode, useContext, useMemo, useState } from 'react'
import type { Locale } from '../i18n/locale.ts'
import { rememberLook } from '../lib/remember-look.ts'
import { useLanguage } from './language-links.tsx'
import type { Theme } from './preferences.ts'
import { applyTheme } from './theme.ts'

type Look = { theme: Theme; chooseTheme: (theme: Theme) => void }

const LookContext = createContext<Look>({ theme: 'system', chooseTheme: () => undefined })

/** The theme of who is signed in, wherever it is changed from. */
export function LookProvider({ theme: initial, children }: { theme: Theme; children: ReactNode }) {
  const [theme, setTheme] = useState(initial)
  const look = useMemo(
    () => ({
      theme,
      chooseTheme: (next: Theme) => {
        setTheme(next)
        applyTheme(next)
        rememberLook({ theme: next })
      },
    }),
    [theme],
  )
  return <LookContext value={look}>{children}</LookContext>
}

/** Theme and language of who is signed in: changed here at once, and kept with the account for every device. */
export function useLook() {
  const { current, languages, choose } = useLanguage()
  return {
    ...useContext(LookContext),
    language: current,
    languages,
    chooseLanguage: (locale: Locale) => {
      choose(locale)
      rememberLook({ locale })
    },
  }
}
