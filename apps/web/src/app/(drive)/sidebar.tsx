'use client'

import { useTranslations } from 'next-intl'
import { Dialog } from 'radix-ui'
import { Logo } from '../../components/logo.tsx'
import { StorageMeter } from '../../components/storage-meter.tsx'
import type { Me } from '../../features/auth/schema.ts'
import { useDrive } from '../../features/drive/drive-context.tsx'
import { FolderTree } from '../../features/drive/folder-tree.tsx'
import { useFormat } from '../../i18n/use-format.ts'

type SidebarProps = { me: Me }

/** Folders, and how full the drive is. Below 960 px the same comes as a drawer. */
export function Sidebar({ me }: SidebarProps) {
  return (
    <aside className="hidden min-h-0 flex-col border-line border-r bg-canvas px-3 pb-4 wide:flex">
      <Content me={me} />
    </aside>
  )
}

type DrawerProps = SidebarProps & { open: boolean; onOpenChange: (open: boolean) => void }

export function Drawer({ me, open, onOpenChange }: DrawerProps) {
  const t = useTranslations('shell')
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim data-[state=closed]:animate-dialog-out data-[state=open]:animate-fade wide:hidden" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed inset-y-0 left-0 z-40 flex w-[280px] max-w-[86vw] flex-col bg-canvas px-3 pb-4 shadow-3 outline-none data-[state=closed]:animate-drawer-out data-[state=open]:animate-drawer wide:hidden forced-colors:border"
        >
          <Dialog.Title className="sr-only">{t('menu')}</Dialog.Title>
          <Content me={me} onOpened={() => onOpenChange(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function Content({ me, onOpened }: SidebarProps & { onOpened?: () => void }) {
  const t = useTranslations('shell')
  const format = useFormat()
  const { path } = useDrive()
  const { usedBytes, reservedBytes, allowedBytes } = me.quota
  const used = format.size(usedBytes)
  const allowed = format.size(allowedBytes)
  const percent = allowedBytes === 0 ? 0 : Math.round((100 * usedBytes) / allowedBytes)
  return (
    <>
      <div className="flex h-[60px] shrink-0 items-center gap-2.5 px-2 font-[650] text-17 tracking-[-0.02em]">
        <Logo />
        {t('title')}
      </div>
      <div className="scrollbar-thin -mx-1 min-h-0 flex-1 overflow-y-auto px-1 pb-2">
        <FolderTree path={path} onOpened={onOpened} />
      </div>
      <StorageMeter
        usedBytes={usedBytes}
        reservedBytes={reservedBytes}
        allowedBytes={allowedBytes}
        label={t('usedLabel', { used, allowed })}
      >
        <span>{t.rich('used', { used, allowed, b: (text) => <b className="font-[550] text-ink">{text}</b> })}</span>
        <span className="tabular-nums">{percent}%</span>
      </StorageMeter>
    </>
  )
}
