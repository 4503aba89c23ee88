'use client'

import { createContext, type ReactNode, useContext, useMemo, useState } from 'react'
import { rememberInCookie } from './cookie.ts'
import { formatPreferences, type Preferences, parsePreferences, VIEW_COOKIE } from './preferences.ts'

type PreferencesValue = { preferences: Preferences; change: (change: Partial<Preferences>) => void }

const PreferencesContext = createContext<PreferencesValue>({
  preferences: parsePreferences(undefined),
  change: () => undefined,
})

export const usePreferences = () => useContext(PreferencesContext)

export function PreferencesProvider({ initial, children }: { initial: Preferences; children: ReactNode }) {
  const [preferences, setPreferences] = useState(initial)
  const value = useMemo(
    () => ({
      preferences,
      change: (change: Partial<Preferences>) => {
        const next = { ...preferences, ...change }
        rememberInCookie(VIEW_COOKIE, formatPreferences(next))
        setPreferences(next)
      },
    }),
    [preferences],
  )
  return <PreferencesContext value={value}>{children}</PreferencesContext>
}
