'use client'

import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useEffect, useState } from 'react'
import { Button } from '../../../components/button.tsx'
import { DoorFrame } from '../../../components/door-frame.tsx'
import { LiveRegionProvider } from '../../../components/live-region.tsx'
import { ToastProvider } from '../../../components/toast.tsx'
import { Void } from '../../../components/void.tsx'
import { ApiFailure } from '../../../lib/call-api.ts'
import type { DoorState } from '../server/visit-shares.ts'
import { ClosedLink } from './closed-link.tsx'
import { CodeDoor } from './code-door.tsx'
import { CrowdedLink } from './crowded-link.tsx'
import { openLink } from './visit-api.ts'
import { type RenderLook, VisitPage } from './visit-page.tsx'

type VisitScreenProps = { token: string; initial: DoorState; signedIn: boolean; preview: RenderLook }

/** A link as a visitor meets it: its door, then what is behind it. */
export function VisitScreen({ token, initial, signedIn, preview }: VisitScreenProps) {
  const [state, setState] = useState<DoorState>(initial)
  const [client] = useState(
    () =>
      new QueryClient({
        defaultOptions: {
          queries: { retry: (failures, error) => failures < 1 && !(error instanceof ApiFailure && error.status < 500) },
        },
      }),
  )
  const close = () => setState({ kind: 'closed' })
  if (state.kind === 'closed') return <ClosedLink />
  if (state.kind === 'code') {
    const enter = (id: string) => setState({ kind: 'in', id })
    return <CodeDoor token={token} restSeconds={state.restSeconds} onOpen={enter} onClosed={close} />
  }
  if (state.kind === 'enter') return <Entering token={token} onState={setState} />
  return (
    <QueryClientProvider client={client}>
      <LiveRegionProvider>
        <ToastProvider>
          <VisitPage id={state.id} token={token} signedIn={signedIn} onClosed={close} preview={preview} />
        </ToastProvider>
      </LiveRegionProvider>
    </QueryClientProvider>
  )
}

/** A link without a code: the browser lets itself in. Programs that only look at addresses count as nobody. */
function Entering({ token, onState }: { token: string; onState: (state: DoorState) => void }) {
  const t = useTranslations('visitor')
  const [tries, setTries] = useState(0)
  const [failedTry, setFailedTry] = useState<number | null>(null)
  const [crowdedSeconds, setCrowdedSeconds] = useState(0)
  useEffect(() => {
    let gone = false
    openLink(token, undefined).then(
      ({ id }) => {
        if (!gone) onState({ kind: 'in', id })
      },
      (error: unknown) => {
        if (gone) return
        // No network, or a server in trouble: nothing is said about the link.
        if (!(error instanceof ApiFailure) || error.status >= 500) return setFailedTry(tries)
        if (error.code === 'share_crowded') return setCrowdedSeconds(Number(error.detail['retryAfterSeconds']))
        // Meanwhile it may have got a code.
        onState(error.code === 'code_wrong' ? { kind: 'code', restSeconds: 0 } : { kind: 'closed' })
      },
    )
    return () => {
      gone = true
    }
  }, [token, onState, tries])
  if (crowdedSeconds > 0) {
    const again = () => {
      setCrowdedSeconds(0)
      setTries(tries + 1)
    }
    return <CrowdedLink seconds={crowdedSeconds} onOver={again} />
  }
  if (failedTry === tries) {
    return (
      <main className="flex min-h-dvh flex-col">
        <Void drawing="toppled" title={t('loadFailed')} sentence={t('loadFailedSentence')} alert>
          <Button onClick={() => setTries(tries + 1)}>{t('retry')}</Button>
        </Void>
      </main>
    )
  }
  return (
    <DoorFrame>
      <p role="status" className="text-ink-2">
        {t('entering')}
      </p>
    </DoorFrame>
  )
}
