'use client'

import dynamic from 'next/dynamic'
import { useTranslations } from 'next-intl'
import { type ReactNode, useState } from 'react'
import { Contained } from '../../components/contained.tsx'
import { useHydrated } from '../../components/use-hydrated.ts'
import { useOnceOpen } from '../../components/use-once-open.ts'
import type { Me } from '../../features/auth/schema.ts'
import { DriveDialogs } from '../../features/drive/drive-dialogs.tsx'
import { DriveProvider, type InitialFolder } from '../../features/drive/drive-provider.tsx'
import { UploadsProvider } from '../../features/uploads/uploads-context.ts'
import { DriveDoors } from './drive-doors.tsx'
import { KeptArea } from './kept-area.tsx'
import { OfflineBanner } from './offline-banner.tsx'
import { ReceivedArea } from './received-area.tsx'
import { Sidebar } from './sidebar.tsx'
import { TopBar } from './top-bar.tsx'
import { UploadArea } from './upload-area.tsx'
import { useDriveUploads } from './use-drive-uploads.ts'
import { useMe } from './use-me.ts'

const Drawer = dynamic(() => import('./drawer.tsx').then((module) => module.Drawer), { ssr: false })

type DriveShellProps = { me: Me; initial: InitialFolder | null; children: ReactNode }

/** Sidebar, bars, page and uploads: here the features meet. It stays while pages change, so that uploads go on. */
export function DriveShell({ me: signedIn, initial, children }: DriveShellProps) {
  const shell = useTranslations('shell')
  const me = useMe(signedIn)
  const [drawer, setDrawer] = useState(false)
  const drawerNeeded = useOnceOpen(drawer)
  const { uploads, door, upload, inputs, dialog, panel } = useDriveUploads(signedIn.id)
  const hydrated = useHydrated()
  return (
    <DriveProvider initial={initial} uploads={door}>
      <DriveDoors>
        <Contained page>
          <a
            href="#files"
            className="fixed top-2 left-2 z-50 -translate-y-24 rounded-button bg-raised px-4 py-2 focus:translate-y-0 focus:shadow-2"
          >
            {shell('skip')}
          </a>
          <div className="grid h-dvh grid-cols-[minmax(0,1fr)] overflow-clip wide:grid-cols-[240px_minmax(0,1fr)]">
            <Sidebar me={me} />
            <main aria-busy={!hydrated} className="relative flex min-h-0 min-w-0 flex-col bg-surface">
              <TopBar me={me} onDrawer={() => setDrawer(true)} />
              <OfflineBanner />
              <UploadsProvider value={uploads}>{children}</UploadsProvider>
            </main>
          </div>
        </Contained>
        <UploadArea uploads={uploads} panel={panel} />
        {inputs}
        <Contained>
          {drawerNeeded ? <Drawer me={me} open={drawer} onOpenChange={setDrawer} /> : null}
          {dialog}
          <KeptArea personId={signedIn.id} />
          <ReceivedArea personId={signedIn.id} onUpload={upload} />
          <DriveDialogs />
        </Contained>
      </DriveDoors>
    </DriveProvider>
  )
}
