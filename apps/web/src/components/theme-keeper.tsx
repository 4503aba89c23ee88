'use client'

import { useLayoutEffect } from 'react'
import type { Theme } from './preferences.ts'
import { showTheme } from './theme.ts'

/** Where React makes the whole page anew, as for one that is not found, the script of the theme does not run again. */
export function ThemeKeeper({ theme }: { theme: Theme }) {
  useLayoutEffect(() => {
    showTheme(theme)
  }, [theme])
  return null
}
