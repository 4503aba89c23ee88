'use client'

import { ChevronRight, Folder } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Fragment, type MouseEvent } from 'react'
import { cn } from '../../components/class-names.ts'
import { Icon } from '../../components/icon.tsx'
import { Menu } from '../../components/menu.tsx'
import { ROOT_ID } from './api-client.ts'
import { useDrive } from './drive-context.tsx'
import { placePath } from './place.ts'
import type { Target } from './use-drive-changes.ts'
import { dropLook, useDropTarget } from './use-drop-target.ts'

const SHOWN = 4

/** The way to a folder. The last part is the title; when there are many, the middle ones fold into a menu. */
export function Crumbs({ path, lost }: { path: readonly Target[]; lost: boolean }) {
  const t = useTranslations('drive')
  const shell = useTranslations('shell')
  const drive = useDrive()
  const all = [{ id: ROOT_ID, name: shell('drive') }, ...path]
  const folded = all.length > SHOWN ? all.slice(1, -2) : []
  const shown = folded.length > 0 ? [all[0], ...all.slice(-2)] : all
  return (
    <nav aria-label={t('path')} className="flex min-w-0 items-center gap-0.5 text-16 text-ink-2">
      <ol className="flex min-w-0 items-center gap-0.5">
        {shown.map((crumb, index) =>
          crumb === undefined ? null : (
            <Fragment key={crumb.id}>
              {index === 1 && folded.length > 0 ? (
                <li className="flex items-center gap-0.5">
                  <Icon of={ChevronRight} size="tiny" className="text-ink-3" />
                  <Menu
                    align="start"
                    label={t('hiddenFolders')}
                    groups={[
                      folded.map((folder) => ({
                        id: folder.id,
                        label: folder.name,
                        icon: Folder,
                        run: () => drive.open(folder),
                      })),
                    ]}
                    trigger={
                      <button
                        type="button"
                        aria-label={t('hiddenFolders')}
                        title={t('hiddenFolders')}
                        className="h-8 rounded-tile px-2 hover:bg-hover"
                      >
                        …
                      </button>
                    }
                  />
                </li>
              ) : null}
              <Crumb crumb={crumb} first={index === 0} last={index === shown.length - 1 && !lost} />
            </Fragment>
          ),
        )}
      </ol>
    </nav>
  )
}

function Crumb({ crumb, first, last }: { crumb: Target; first: boolean; last: boolean }) {
  const drive = useDrive()
  const drop = useDropTarget({ target: last ? null : crumb })
  const open = (event: MouseEvent) => {
    // Ctrl-click and the like stay with the browser: a crumb is a link.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    drive.open(crumb)
  }
  return (
    <li className={cn('flex min-w-0 items-center gap-0.5', !last && 'shrink-0')}>
      {first ? null : <Icon of={ChevronRight} size="tiny" className="shrink-0 text-ink-3" />}
      {last ? (
        <h1 className="truncate px-2 py-1 font-semibold text-ink title-tracking" title={crumb.name}>
          <bdi>{crumb.name}</bdi>
        </h1>
      ) : (
        <a
          href={placePath({ kind: 'folder', id: crumb.id })}
          onClick={open}
          draggable={false}
          {...drop.handlers}
          className={cn(
            'max-w-[220px] truncate rounded-tile px-2 py-1 hover:bg-hover hover:text-ink',
            drop.over && dropLook,
          )}
        >
          <bdi>{crumb.name}</bdi>
        </a>
      )}
    </li>
  )
}
