'use client'

import { onlineManager, useQueryClient } from '@tanstack/react-query'
import { CloudOff } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useSyncExternalStore } from 'react'
import { Button } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'

/** Says that what is shown is what was last loaded. */
export function OfflineBanner() {
  const t = useTranslations('shell')
  const common = useTranslations('common')
  const client = useQueryClient()
  const online = useSyncExternalStore(
    (changed) => onlineManager.subscribe(changed),
    () => onlineManager.isOnline(),
    () => true,
  )
  if (online) return null
  const tryNow = () => {
    onlineManager.setOnline(navigator.onLine)
    void client.refetchQueries({ type: 'active' })
  }
  return (
    <div
      role="status"
      className="flex min-h-10 shrink-0 items-center gap-2.5 bg-warn-soft px-5 font-medium text-13 text-warn phone:px-4"
    >
      <Icon of={CloudOff} size="small" />
      <span className="min-w-0 flex-1 py-2">{t('offline')}</span>
      <Button kind="inherit" size="sm" onClick={tryNow}>
        {common('tryNow')}
      </Button>
    </div>
  )
}
