'use client'

import { ChevronRight, HardDrive } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useEffect, useRef, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { cn } from '../../components/class-names.ts'
import { Dialog, DialogButtons } from '../../components/dialog.tsx'
import { FolderDrawing } from '../../components/folder-drawing.tsx'
import { Icon } from '../../components/icon.tsx'
import { ROOT_ID } from './api-client.ts'
import type { Chosen, Target } from './use-drive-changes.ts'
import { useTree } from './use-tree.ts'

type MoveDialogProps = {
  chosen: Chosen | null
  /** Where the entries lie now: the tree opens there, and it is no target. */
  from: { id: string; path: readonly Target[] }
  onClose: () => void
  onMove: (chosen: Chosen, target: Target) => void
  onReturnFocus: () => void
}

/** Chooses a folder in a tree; a folder cannot be moved into itself, so it is not offered. */
export function MoveDialog({ chosen, from, onClose, onMove, onReturnFocus }: MoveDialogProps) {
  const t = useTranslations('change')
  const common = useTranslations('common')
  const shell = useTranslations('shell')
  const shown = useRef<Chosen>({ selector: { ids: [] }, count: 0, ids: [], name: '' })
  if (chosen !== null) shown.current = chosen
  const [target, setTarget] = useState<Target | null>(null)
  useEffect(() => {
    if (chosen !== null) setTarget(null)
  }, [chosen])
  const root = { id: ROOT_ID, name: shell('drive') }
  return (
    <Dialog
      open={chosen !== null}
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
      title={t('moveTitle', { n: shown.current.count, name: shown.current.name })}
      onCloseAutoFocus={(event) => {
        event.preventDefault()
        onReturnFocus()
      }}
    >
      <ul
        aria-label={t('foldersOf')}
        className="scrollbar-thin mx-4 mb-4 h-[min(340px,50dvh)] overflow-y-auto rounded-button p-1 inset-ring inset-ring-line"
      >
        <Choice
          folder={{ ...root, hasChildren: true }}
          level={0}
          excluded={new Set(shown.current.ids)}
          unfolded={new Set([ROOT_ID, ...from.path.map(({ id }) => id)])}
          current={from.id}
          chosen={target?.id ?? null}
          onChoose={setTarget}
        />
      </ul>
      <DialogButtons>
        <Button kind="ghost" onClick={onClose}>
          {common('cancel')}
        </Button>
        <Button
          kind="primary"
          disabled={target === null}
          className="min-w-0"
          onClick={() => {
            if (target === null) return
            onClose()
            onMove(shown.current, target)
          }}
        >
          <span className="truncate">{target === null ? t('moveHere') : t('moveInto', { name: target.name })}</span>
        </Button>
      </DialogButtons>
    </Dialog>
  )
}

type ChoiceProps = {
  folder: Target & { hasChildren: boolean }
  level: number
  excluded: ReadonlySet<string>
  unfolded: ReadonlySet<string>
  current: string
  chosen: string | null
  onChoose: (target: Target) => void
}

function Choice({ folder, level, excluded, unfolded, current, chosen, onChoose }: ChoiceProps) {
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
            <Choice
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
