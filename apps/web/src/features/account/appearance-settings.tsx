'use client'

import { Monitor, Moon, Sun } from 'lucide-react'
import { useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { Icon } from '../../components/icon.tsx'
import { useLook } from '../../components/look-provider.tsx'
import { usePreferences } from '../../components/preferences-provider.tsx'
import { Segmented } from '../../components/segmented.tsx'

/** Theme and language go with the person, the height of rows stays with the device. */
export function AppearanceSettings() {
  const t = useTranslations('account')
  const shell = useTranslations('shell')
  const look = useLook()
  const { preferences, change } = usePreferences()
  return (
    <div className="py-2">
      <Choice label={shell('theme')} note={t('onAllDevices')}>
        <Segmented
          label={shell('theme')}
          value={look.theme}
          onChange={look.chooseTheme}
          segments={[
            {
              value: 'system',
              label: shell('themeSystem'),
              content: <WithIcon of={Monitor} text={shell('themeSystem')} />,
            },
            { value: 'light', label: shell('themeLight'), content: <WithIcon of={Sun} text={shell('themeLight')} /> },
            { value: 'dark', label: shell('themeDark'), content: <WithIcon of={Moon} text={shell('themeDark')} /> },
          ]}
        />
      </Choice>
      <Choice label={shell('language')} note={t('onAllDevices')}>
        <Segmented
          label={shell('language')}
          value={look.language}
          onChange={look.chooseLanguage}
          segments={look.languages.map(({ locale, name, lang }) => ({
            value: locale,
            label: name,
            lang,
            content: name,
          }))}
        />
      </Choice>
      <Choice label={shell('density')} note={t('onThisDevice')}>
        <Segmented
          label={shell('density')}
          value={preferences.density}
          onChange={(density) => change({ density })}
          segments={[
            { value: 'compact', label: shell('densityCompact'), content: shell('densityCompact') },
            { value: 'normal', label: shell('densityNormal'), content: shell('densityNormal') },
            { value: 'roomy', label: shell('densityRoomy'), content: shell('densityRoomy') },
          ]}
        />
      </Choice>
    </div>
  )
}

function Choice({ label, note, children }: { label: string; note: string; children: ReactNode }) {
  return (
    <div className="flex min-h-14 flex-wrap items-center justify-between gap-x-6 gap-y-2 border-line border-b py-3 last:border-b-0">
      <div>
        <div className="font-medium">{label}</div>
        <div className="text-12 text-ink-3">{note}</div>
      </div>
      {children}
    </div>
  )
}

function WithIcon({ of, text }: { of: typeof Monitor; text: string }) {
  return (
    <>
      <Icon of={of} size="small" />
      <span className="phone:sr-only">{text}</span>
    </>
  )
}
