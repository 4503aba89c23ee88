import { getTranslations } from 'next-intl/server'
import type { ReactNode } from 'react'
import { SectionMessages } from '../../../i18n/section-messages.tsx'
import { SettingsTabs } from './settings-tabs.tsx'

export default async function SettingsLayout({ children }: { children: ReactNode }) {
  const t = await getTranslations('account')
  return (
    <SectionMessages section="settings">
      <div id="files" className="scrollbar-thin min-h-0 flex-1 overflow-y-auto px-6 pb-10 phone:px-4 phone:pb-28">
        <div className="max-w-[640px]">
          <h1 className="flex h-[52px] items-center font-semibold text-16 phone:text-18 title-tracking">
            {t('settings')}
          </h1>
          <SettingsTabs />
          <div className="pt-4">{children}</div>
        </div>
      </div>
    </SectionMessages>
  )
}
