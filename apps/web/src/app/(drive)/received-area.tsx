'use client'

import dynamic from 'next/dynamic'
import { useTranslations } from 'next-intl'
import { useEffect, useState } from 'react'
import { useToast } from '../../components/toast.tsx'
import type { Target } from '../../features/drive/use-drive-changes.ts'
import type { ReceivedFile } from '../../features/uploads/received-files.ts'
import type { ChosenFile } from '../../features/uploads/upload-job.ts'

// Only the installed drive is handed anything.
const ReceivedDialog = dynamic(() => import('./received-dialog.tsx').then((module) => module.ReceivedDialog), {
  ssr: false,
})

/** As in public/sw.js. */
const NOT_RECEIVED = '#not-received'

type ReceivedAreaProps = {
  personId: string
  /** `onStart` is called when the files are the uploads' own. */
  onUpload: (files: readonly ChosenFile[], target: Target, onStart: () => void) => void
}

/** Asks where to put what other apps handed over, at once or when the person is back: signed in, or with a network. */
export function ReceivedArea({ personId, onUpload }: ReceivedAreaProps) {
  const t = useTranslations('uploads')
  const toast = useToast()
  const [received, setReceived] = useState<readonly ReceivedFile[]>([])
  useEffect(() => {
    if (window.location.hash !== NOT_RECEIVED) return
    window.history.replaceState(window.history.state, '', window.location.pathname)
    toast({ text: t('notReceived'), problem: true })
  }, [t, toast])
  useEffect(() => {
    if (!('serviceWorker' in navigator) || navigator.serviceWorker.controller === null) return
    void store().then(async ({ receivedFiles }) => setReceived(await receivedFiles()))
  }, [])
  if (received.length === 0) return null
  const done = () => setReceived([])
  const forget = () => void store().then(({ forgetReceived }) => forgetReceived(received))
  return (
    <ReceivedDialog
      personId={personId}
      received={received}
      onLater={done}
      onDiscard={() => {
        forget()
        done()
      }}
      onSave={(target) => {
        // The files themselves are what a later page reads: the app that shared them is not asked again.
        onUpload(
          received.map(({ file }) => ({ file, path: '', origin: file })),
          target,
          forget,
        )
        done()
      }}
    />
  )
}

function store() {
  return import('../../features/uploads/received-files.ts')
}
