'use client'

import { useMutation } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Dialog, DialogButtons } from '../../components/dialog.tsx'
import { Field } from '../../components/field.tsx'
import { useToast } from '../../components/toast.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { ApiFailure, callApi } from '../../lib/call-api.ts'
import type { StorageView } from './cluster-view.ts'
import { storageApi } from './storage-href.ts'

type TakeOutProps = { storage: StorageView; peers: readonly StorageView[] }
type TakeOutDialogProps = TakeOutProps & { open: boolean; onClose: () => void }

/** Says what it would mean that a storage is taken out of its group, and wants its name typed. */
export function TakeOutDialog({ open, onClose, storage, peers }: TakeOutDialogProps) {
  const t = useTranslations('capacity')
  const { group, id, state } = storage
  const lastOne = peers.some((peer) => peer.state === 'active') ? null : 'takeOutLast'
  const obstacle = state === 'active' || state === 'online' ? 'takeOutRuns' : lastOne
  return (
    <Dialog open={open} onOpenChange={onClose} title={t('takeOutTitle', { id, group })}>
      {obstacle === null ? (
        <TakeOutForm storage={storage} peers={peers} onClose={onClose} />
      ) : (
        <>
          <p className="px-6 pb-5 text-ink-2 phone:px-5">{t(obstacle, { id, group })}</p>
          <DialogButtons>
            <Button data-first-focus onClick={onClose}>
              {t('close')}
            </Button>
          </DialogButtons>
        </>
      )}
    </Dialog>
  )
}

function TakeOutForm({ storage, peers, onClose }: TakeOutProps & { onClose: () => void }) {
  const t = useTranslations('capacity')
  const format = useFormat()
  const toast = useToast()
  const [typed, setTyped] = useState('')
  const { group, id, heartbeatAt } = storage
  const takeOut = useMutation({
    mutationFn: () => callApi<void>(storageApi(storage), { method: 'DELETE' }),
    onSuccess: () => toast({ text: t('takenOut', { id, group }) }),
    onError: (error) => {
      // The page knows that it does not answer before the trackers do.
      const isEarly = error instanceof ApiFailure && error.code === 'storage_active'
      toast({ text: t(isEarly ? 'takeOutEarly' : 'notTakenOut', { id }), problem: true })
    },
    onSettled: onClose,
  })
  const active = peers.filter(({ state }) => state === 'active')
  const counted = active.flatMap(({ told }) => told?.files ?? [])
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        takeOut.mutate()
      }}
    >
      <div className="grid gap-3 px-6 pb-5 text-ink-2 phone:px-5">
        <p>{t('takeOutKeeps', { group, n: counted.length === 0 ? -1 : Math.max(...counted), left: active.length })}</p>
        <p>{t('takeOutLoses', { id, t: heartbeatAt === null ? '–' : format.date(heartbeatAt) })}</p>
        <Field
          label={t('takeOutType', { id })}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          autoComplete="off"
          data-first-focus
        />
      </div>
      <DialogButtons>
        <Button onClick={onClose}>{t('cancel')}</Button>
        <Button kind="danger" type="submit" disabled={typed.trim() !== id || takeOut.isPending}>
          {t('takeOut')}
        </Button>
      </DialogButtons>
    </form>
  )
}
