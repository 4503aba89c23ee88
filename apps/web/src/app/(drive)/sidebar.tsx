'use client'

import dynamic from 'next/dynamic'
import { usePathname } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { Logo } from '../../components/logo.tsx'
import type { Me } from '../../features/auth/schema.ts'
import { useDrive } from '../../features/drive/drive-context.tsx'
import { FolderTree } from '../../features/drive/folder-tree.tsx'
import { PlaceLinks } from './place-links.tsx'
import { Strata } from './strata.tsx'

const AdminLinks = dynamic(() => import('./admin-links.tsx').then((module) => module.AdminLinks))

export type SidebarProps = { me: Me }

/** Folders, and how full the drive is. Below 960 px the same comes as a drawer. */
export function Sidebar({ me }: SidebarProps) {
  return (
    <aside className="hidden min-h-0 flex-col border-line border-r bg-canvas px-3 pb-4 wide:flex">
      <SidebarContent me={me} />
    </aside>
  )
}

/** The same in the sidebar and in the drawer. */
export function SidebarContent({ me, onOpened }: SidebarProps & { onOpened?: () => void }) {
  const t = useTranslations('shell')
  const { path } = useDrive()
  const isAdministration = usePathname().startsWith('/admin')
  return (
    <>
      <div className="flex h-[60px] shrink-0 items-center gap-2.5 px-2 font-[650] text-17 tracking-[-0.02em]">
        <Logo />
        {t('title')}
      </div>
      <div className="scrollbar-thin -mx-1 min-h-0 flex-1 overflow-y-auto px-1 pb-2">
        {isAdministration ? (
          <AdminLinks onOpened={onOpened} />
        ) : (
          <>
            <FolderTree path={path} onOpened={onOpened} />
            <PlaceLinks onOpened={onOpened} />
          </>
        )}
      </div>
      {isAdministration ? null : <Strata me={me} onOpened={onOpened} />}
    </>
  )
}
