'use client'

import { ChevronDown, FolderUp, Menu as MenuIcon, Plus, Upload } from 'lucide-react'
import { usePathname } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { Button, buttonLook, IconButton } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { Logo } from '../../components/logo.tsx'
import { Menu } from '../../components/menu.tsx'
import { PersonMenu } from '../../features/auth/person-menu.tsx'
import type { Me } from '../../features/auth/schema.ts'
import { useDrive } from '../../features/drive/drive-context.tsx'
import { useHelp } from '../../features/drive/help-context.tsx'
import { JobsPopover } from '../../features/drive/jobs-popover.tsx'
import { useNewActions } from '../../features/drive/use-new-actions.ts'
import { SearchField } from './search-field.tsx'

type TopBarProps = { me: Me; onDrawer: () => void }

/** What brings something new, and who is here. */
export function TopBar({ me, onDrawer }: TopBarProps) {
  const t = useTranslations('shell')
  const editor = useTranslations('editor')
  const drive = useDrive()
  const newActions = useNewActions()
  const help = useHelp()
  const adds = !usePathname().startsWith('/admin')
  return (
    <header className="flex h-[60px] shrink-0 items-center gap-2 pr-5 pl-4 phone:gap-3 phone:px-4">
      <IconButton label={t('openMenu')} onClick={onDrawer} className="phone:hidden wide:hidden">
        <Icon of={MenuIcon} />
      </IconButton>
      <span className="flex items-center gap-2.5 font-[650] text-17 tracking-[-0.02em] wide:hidden">
        <Logo />
        <span className="phone:hidden">{t('title')}</span>
      </span>
      <SearchField />
      <span className="flex-1 phone:hidden" />
      {adds ? (
        <Menu
          label={editor('new')}
          groups={[newActions]}
          trigger={
            <Button kind="ghost" className="phone:hidden">
              <Icon of={Plus} />
              {editor('new')}
            </Button>
          }
        />
      ) : null}
      <span className={adds ? 'inline-flex phone:hidden' : 'hidden'}>
        <Button kind="primary" className="rounded-r-none pr-3" onClick={() => drive.pick('files')}>
          <Icon of={Upload} />
          {t('upload')}
        </Button>
        <Menu
          label={t('uploadOptions')}
          groups={[
            [
              { id: 'files', label: t('uploadFiles'), icon: Upload, keys: 'U', run: () => drive.pick('files') },
              {
                id: 'folder',
                label: t('uploadFolder'),
                icon: FolderUp,
                keys: 'Shift U',
                run: () => drive.pick('folder'),
              },
            ],
          ]}
          trigger={
            <button
              type="button"
              aria-label={t('uploadOptions')}
              title={t('uploadOptions')}
              className={buttonLook({ kind: 'primary' }, 'ml-px rounded-l-none px-2')}
            >
              <Icon of={ChevronDown} size="small" />
            </button>
          }
        />
      </span>
      {adds ? <JobsPopover /> : null}
      <PersonMenu person={me} onKeyboardHelp={help} />
    </header>
  )
}
