'use client'

import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { LiveRegionProvider } from '../../components/live-region.tsx'
import { LookProvider } from '../../components/look-provider.tsx'
import type { Preferences, Theme } from '../../components/preferences.ts'
import { PreferencesProvider } from '../../components/preferences-provider.tsx'
import { ToastProvider } from '../../components/toast.tsx'
import type { Me } from '../../features/auth/schema.ts'
import type { InitialFolder } from '../../features/drive/drive-provider.tsx'
import { HelpProvider } from '../../features/drive/help-context.tsx'
import type { Labels } from '../../features/labels/schema.ts'
import { ApiFailure } from '../../lib/call-api.ts'
import { LABELS_KEY } from '../../lib/entries/labels-key.ts'
import { askAgainWhenBack } from './ask-again.ts'
import { DriveShell } from './drive-shell.tsx'

// The server keeps nothing: a timer would hold each page that it has rendered for half an hour.
const KEPT_MS = typeof window === 'undefined' ? Number.POSITIVE_INFINITY : 1_800_000

type DriveScreenProps = {
  me: Me
  labels: Labels | null
  preferences: Preferences
  theme: Theme
  /** What the first page shows, when it is a listing. */
  initial: InitialFolder | null
  children: ReactNode
}

/** The drive as a person sees it, around each of its pages. */
export function DriveScreen({ me, labels, preferences, theme, initial, children }: DriveScreenProps) {
  const [client] = useState(() => newClient(labels))
  useEffect(() => askAgainWhenBack(client), [client])
  return (
    <QueryClientProvider client={client}>
      <PreferencesProvider initial={preferences}>
        <LookProvider theme={theme}>
          <LiveRegionProvider>
            <ToastProvider>
              <HelpProvider>
                <DriveShell me={me} initial={initial}>
                  {children}
                </DriveShell>
              </HelpProvider>
            </ToastProvider>
          </LiveRegionProvider>
        </LookProvider>
      </PreferencesProvider>
    </QueryClientProvider>
  )
}

function newClient(labels: Labels | null): QueryClient {
  const client = new QueryClient({
    queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
    mutationCache: new MutationCache({ onError: leaveWhenSignedOut }),
    defaultOptions: {
      queries: {
        gcTime: KEPT_MS,
        retry: (failures, error) => failures < 1 && !(error instanceof ApiFailure && error.status < 500),
      },
    },
  })
  if (labels !== null) client.setQueryData(LABELS_KEY, labels)
  return client
}

/** The session was ended elsewhere: sign in again and come back. */
function leaveWhenSignedOut(error: Error): void {
  if (!(error instanceof ApiFailure && error.status === 401)) return
  const { pathname, search } = window.location
  window.location.assign(`/sign-in?next=${encodeURIComponent(pathname + search)}`)
}
