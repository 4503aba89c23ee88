'use client'

import { useTranslations } from 'next-intl'
import { useEffect, useRef, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Dialog, DialogButtons } from '../../components/dialog.tsx'
import { nameInSentence } from '../../components/split-name.ts'
import { ROOT_ID } from './api-client.ts'
import { FolderChoice } from './folder-choice.tsx'
import type { Chosen, Target } from './use-drive-changes.ts'

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
      title={t('moveTitle', { n: shown.current.count, name: nameInSentence(shown.current.name) })}
      onCloseAutoFocus={(event) => {
        event.preventDefault()
        onReturnFocus()
      }}
    >
      <ul
        aria-label={t('foldersOf')}
        className="scrollbar-thin mx-4 mb-4 h-[min(340px,50dvh)] overflow-y-auto rounded-button p-1 inset-ring inset-ring-line"
      >
        <FolderChoice
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
          <span className="truncate">
            {target === null ? t('moveHere') : t('moveInto', { name: nameInSentence(target.name) })}
          </span>
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
