'use client'

import { ChevronDown, ChevronRight, HardDrive } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { type MouseEvent, useEffect, useState } from 'react'
import { cn } from '../../components/class-names.ts'
import { FolderDrawing } from '../../components/folder-drawing.tsx'
import { Icon } from '../../components/icon.tsx'
import { ROOT_ID } from './api-client.ts'
import { useDrive } from './drive-context.tsx'
import { placePath } from './place.ts'
import type { Target } from './use-drive-changes.ts'
import { dropLook, useDropTarget } from './use-drop-target.ts'
import { useTree } from './use-tree.ts'

type FolderTreeProps = {
  /** From the top folder's child down to the open folder: these are unfolded. */
  path: readonly { id: string }[]
  onOpened?: (() => void) | undefined
}

/** The drive and its folders in the sidebar: links, loaded when unfolded, that take what is dropped on them. */
export function FolderTree({ path, onOpened }: FolderTreeProps) {
  const shell = useTranslations('shell')
  const drive = useDrive()
  const name = shell('drive')
  const drop = useDropTarget({ target: { id: ROOT_ID, name } })
  const here = drive.place?.kind === 'folder' && drive.folderId === ROOT_ID
  return (
    <nav aria-label={shell('folders')} className="flex flex-col gap-px">
      <a
        href={placePath({ kind: 'folder', id: ROOT_ID })}
        aria-current={here ? 'page' : undefined}
        onClick={(event) => follow(event, () => drive.open(ROOT_ID), onOpened)}
        draggable={false}
        {...drop.handlers}
        className={cn(
          'flex h-[34px] items-center gap-2.5 rounded-button px-2.5 coarse:h-11',
          here ? 'bg-select-2 font-[550] text-accent-text' : 'font-[450] text-ink-2 hover:bg-hover hover:text-ink',
          drop.over && dropLook,
        )}
      >
        <Icon of={HardDrive} className={here ? '' : 'text-ink-3'} />
        {name}
      </a>
      <Branch folderId={ROOT_ID} above={[]} path={path} onOpened={onOpened} />
    </nav>
  )
}

type BranchProps = {
  folderId: string
  /** From below the top folder down to this one. */
  above: readonly Target[]
  path: readonly { id: string }[]
  onOpened: (() => void) | undefined
}

function Branch({ folderId, above, path, onOpened }: BranchProps) {
  const folders = useTree(folderId, true)
  if (folders === undefined || folders.length === 0) return null
  return (
    <ul className="flex flex-col gap-px">
      {folders.map((folder) => (
        <Node key={folder.id} folder={folder} above={above} path={path} onOpened={onOpened} />
      ))}
    </ul>
  )
}

type NodeProps = Omit<BranchProps, 'folderId'> & { folder: { id: string; name: string; hasChildren: boolean } }

function Node({ folder, above, path, onOpened }: NodeProps) {
  const t = useTranslations('change')
  const drive = useDrive()
  const onTheWay = path.some(({ id }, index) => id === folder.id && index < path.length - 1)
  const [unfolded, setUnfolded] = useState(onTheWay)
  useEffect(() => {
    if (onTheWay) setUnfolded(true)
  }, [onTheWay])
  const way = [...above, { id: folder.id, name: folder.name }]
  const drop = useDropTarget({ target: folder, onRest: () => setUnfolded(true) })
  const here = drive.folderId === folder.id
  const open = unfolded && folder.hasChildren
  return (
    <li>
      <div
        {...drop.handlers}
        className={cn(
          'group/node relative flex h-[30px] items-center rounded-button text-13 coarse:h-11',
          here ? 'bg-select-2 font-[550] text-accent-text' : 'text-ink-2 hover:bg-hover hover:text-ink',
          drop.over && dropLook,
        )}
        style={{ paddingLeft: 4 + above.length * 14 }}
      >
        {folder.hasChildren ? (
          <button
            type="button"
            aria-expanded={open}
            aria-label={open ? t('collapse', { name: folder.name }) : t('expand', { name: folder.name })}
            onClick={() => setUnfolded(!open)}
            className="grid size-6 shrink-0 place-items-center rounded-tag hover:bg-press coarse:size-11"
          >
            <Icon of={open ? ChevronDown : ChevronRight} size="tiny" className="size-3" />
          </button>
        ) : (
          <span className="w-6 shrink-0 coarse:w-11" />
        )}
        <a
          href={placePath({ kind: 'folder', id: folder.id })}
          aria-current={here ? 'page' : undefined}
          onClick={(event) => follow(event, () => drive.open(folder.id, { path: way }), onOpened)}
          draggable={false}
          title={folder.name}
          className="flex h-full min-w-0 flex-1 items-center gap-1.5 pr-2"
        >
          <FolderDrawing size={18} />
          <bdi className="truncate">{folder.name}</bdi>
        </a>
      </div>
      {open ? <Branch folderId={folder.id} above={way} path={path} onOpened={onOpened} /> : null}
    </li>
  )
}

function follow(event: MouseEvent<HTMLElement>, open: () => void, then: (() => void) | undefined): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  // A press with the mouse gives the list the keys, Enter leaves them here.
  if (event.detail > 0) event.currentTarget.blur()
  open()
  then?.()
}
