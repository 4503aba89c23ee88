'use client'

import { useMutation } from '@tanstack/react-query'
import { ShieldCheck } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { useToast } from '../../components/toast.tsx'
import { ApiFailure, callApi } from '../../lib/call-api.ts'
import type { StorageView } from './cluster-view.ts'
import { storageApi } from './storage-href.ts'
import { TakeOutDialog } from './take-out-dialog.tsx'

type StorageActsProps = { storage: StorageView; peers: readonly StorageView[] }

/** What an administrator may do with a storage as a whole. */
export function StorageActs({ storage, peers }: StorageActsProps) {
  const t = useTranslations('capacity')
  const toast = useToast()
  const [takesOut, setTakesOut] = useState(false)
  const check = useMutation({
    mutationFn: () => callApi<void>(`${storageApi(storage)}/check`, { method: 'POST' }),
    onSuccess: () => toast({ text: t('checkBegun') }),
    onError: (error) => {
      const isOff = error instanceof ApiFailure && error.code === 'check_off'
      toast({ text: t(isOff ? 'checkOff' : 'checkNotBegun'), problem: true })
    },
  })
  if (storage.state === 'removed') return null
  return (
    <span className="flex flex-wrap items-center gap-2">
      {storage.told === null ? null : (
        <Button size="sm" kind="ghost" disabled={check.isPending} onClick={() => check.mutate()}>
          <Icon of={ShieldCheck} />
          {t('checkAll')}
        </Button>
      )}
      <Button size="sm" onClick={() => setTakesOut(true)}>
        {t('takeOut')}
      </Button>
      <TakeOutDialog open={takesOut} storage={storage} peers={peers} onClose={() => setTakesOut(false)} />
    </span>
  )
}
