'use client'

import { ChevronRight, HardDrive } from 'lucide-react'
import { useState } from 'react'
import { cn } from '../../components/class-names.ts'
import { FolderDrawing } from '../../components/folder-drawing.tsx'
import { Icon } from '../../components/icon.tsx'
import { ROOT_ID } from './api-client.ts'
import type { Target } from './use-drive-changes.ts'
import { useTree } from './use-tree.ts'

type FolderChoiceProps = {
  folder: Target & { hasChildren: boolean }
  level: number
  /** These are not offered. */
  excluded: ReadonlySet<string>
  unfolded: ReadonlySet<string>
  /** Where everything lies already; null when that is nowhere. */
  current: string | null
  chosen: string | null
  onChoose: (target: Target) => void
}

/** A folder that can be chosen, and those below it, which are loaded when it is unfolded. */
export function FolderChoice({ folder, level, excluded, unfolded, current, chosen, onChoose }: FolderChoiceProps) {
  const [open, setOpen] = useState(unfolded.has(folder.id))
  const children = useTree(folder.id, open && folder.hasChildren)
  const selected = chosen === folder.id
  const here = current === folder.id
  const offered = children?.filter(({ id }) => !excluded.has(id))
  return (
    <li>
      <button
        type="button"
        disabled={here}
        aria-pressed={selected}
        data-first-focus
        {...(folder.hasChildren ? { 'aria-expanded': open } : {})}
        onClick={() => {
          onChoose(folder)
          setOpen(selected ? !open : true)
        }}
        className={cn(
          'flex h-9 w-full items-center gap-2 rounded-tile pr-2 text-left outline-offset-[-2px] coarse:h-11',
          selected ? 'bg-select-2 font-[550] text-accent-text' : 'enabled:hover:bg-hover',
          here && 'text-ink-3',
        )}
        style={{ paddingLeft: 8 + level * 18 }}
      >
        <Icon
          of={ChevronRight}
          size="tiny"
          className={cn(
            'size-3 shrink-0 transition-transform',
            open && 'rotate-90',
            !folder.hasChildren && 'opacity-0',
          )}
        />
        {folder.id === ROOT_ID ? <Icon of={HardDrive} /> : <FolderDrawing size={20} />}
        <bdi className="truncate">{folder.name}</bdi>
      </button>
      {open && offered !== undefined && offered.length > 0 ? (
        <ul>
          {offered.map((child) => (
            <FolderChoice
              key={child.id}
              folder={child}
              level={level + 1}
              excluded={excluded}
              unfolded={unfolded}
              current={current}
              chosen={chosen}
              onChoose={onChoose}
            />
          ))}
        </ul>
      ) : null}
    </li>
  )
}
