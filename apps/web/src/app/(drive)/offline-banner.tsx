'use client'

import { onlineManager, useQueryClient } from '@tanstack/react-query'
import { CloudOff } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useSyncExternalStore } from 'react'
import { Button, buttonLook } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import type { Me } from '../../features/auth/schema.ts'
import { useKeptFiles } from '../../features/kept/use-kept.ts'
import { ME_KEY } from './use-me.ts'

/** Says that what is shown is what was last loaded. */
export function OfflineBanner() {
  const t = useTranslations('shell')
  const common = useTranslations('common')
  const words = useTranslations('kept')
  const client = useQueryClient()
  const online = useSyncExternalStore(
    (changed) => onlineManager.subscribe(changed),
    () => onlineManager.isOnline(),
    () => true,
  )
  const me = client.getQueryData<Me>(ME_KEY)
  const kept = useKeptFiles(me?.id ?? '', !online)
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
      {(kept.data?.length ?? 0) > 0 ? (
        <a href="/offline.html" className={buttonLook({ kind: 'inherit', size: 'sm' })}>
          {words('offlineLink')}
        </a>
      ) : null}
      <Button kind="inherit" size="sm" onClick={tryNow}>
        {common('tryNow')}
      </Button>
    </div>
  )
}
