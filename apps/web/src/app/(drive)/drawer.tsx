'use client'

import { useTranslations } from 'next-intl'
import { Dialog } from 'radix-ui'
import { SidebarContent, type SidebarProps } from './sidebar.tsx'

type DrawerProps = SidebarProps & { open: boolean; onOpenChange: (open: boolean) => void }

/** The sidebar of narrow pages. Its code comes when it is opened for the first time. */
export function Drawer({ me, open, onOpenChange }: DrawerProps) {
  const t = useTranslations('shell')
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim data-[state=closed]:pointer-events-none! data-[state=closed]:animate-dialog-out data-[state=open]:animate-fade wide:hidden" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed inset-y-0 left-0 z-40 flex w-[280px] max-w-[86vw] flex-col bg-canvas px-3 pb-4 shadow-3 outline-none data-[state=closed]:animate-drawer-out data-[state=open]:animate-drawer wide:hidden forced-colors:border"
        >
          <Dialog.Title className="sr-only">{t('menu')}</Dialog.Title>
          <SidebarContent me={me} onOpened={() => onOpenChange(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
