'use client'

import { useTranslations } from 'next-intl'
import { useEffect, useRef, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Dialog, DialogButtons } from '../../components/dialog.tsx'
import { FileName } from '../../components/file-name.tsx'
import { FileTile } from '../../components/file-tile.tsx'
import { Segmented } from '../../components/segmented.tsx'
import { nameInSentence } from '../../components/split-name.ts'
import { useFormat } from '../../i18n/use-format.ts'
import type { Conflict as Decision } from '../../lib/entries/conflict.ts'
import type { Clash, ConflictDecisions } from './schema.ts'
import type { Conflict } from './use-bulk-changes.ts'

type ConflictDialogProps = {
  conflict: Conflict | null
  onDecide: (decisions: ConflictDecisions | null) => void
  onReturnFocus: () => void
}

/** Names that are taken: both are kept, one replaces the other, or one stays behind; for all, or one by one. */
export function ConflictDialog({ conflict, onDecide, onReturnFocus }: ConflictDialogProps) {
  const t = useTranslations('change')
  const common = useTranslations('common')
  const shown = useRef<Conflict | null>(null)
  if (conflict !== null) shown.current = conflict
  const [decision, setDecision] = useState<Decision>('keep')
  const [decisions, setDecisions] = useState<Record<string, Decision> | null>(null)
  useEffect(() => {
    if (conflict === null) return
    setDecision('keep')
    setDecisions(null)
  }, [conflict])
  const { clashes = [], count = 0, bulk } = shown.current ?? {}
  const chooseAll = (next: Decision) => {
    setDecision(next)
    setDecisions((single) => (single === null ? null : {}))
  }
  return (
    <Dialog
      open={conflict !== null}
      onOpenChange={(open) => {
        if (!open) onDecide(null)
      }}
      title={t('conflictTitle', { n: count, name: nameInSentence(clashes[0]?.name ?? '') })}
      className="max-w-[560px]"
      onCloseAutoFocus={(event) => {
        event.preventDefault()
        onReturnFocus()
      }}
    >
      <p className="px-6 pb-3 text-13 text-ink-3 phone:px-5">
        {bulk?.kind === 'restore' ? t('conflictRestore') : t('conflictFiles')}
      </p>
      <div className="px-6 pb-4 phone:px-5">
        <Choice label={t('forAll')} value={decision} onChange={chooseAll} />
      </div>
      {decisions === null ? null : (
        <ul className="scrollbar-thin mx-4 mb-4 max-h-[min(340px,44dvh)] overflow-y-auto rounded-button p-1 inset-ring inset-ring-line">
          {clashes.map((clash) => (
            <ClashRow
              key={clash.id}
              clash={clash}
              decision={decisions[clash.id] ?? decision}
              onDecide={(one) => setDecisions({ ...decisions, [clash.id]: one })}
            />
          ))}
          {count > clashes.length ? (
            <li className="px-3 py-2 text-12 text-ink-3">{t('conflictMore', { n: count - clashes.length })}</li>
          ) : null}
        </ul>
      )}
      <DialogButtons>
        {decisions === null && count > 1 ? (
          <Button kind="ghost" className="mr-auto" onClick={() => setDecisions({})}>
            {t('oneByOne')}
          </Button>
        ) : null}
        <Button kind="ghost" onClick={() => onDecide(null)}>
          {common('cancel')}
        </Button>
        <Button
          kind="primary"
          onClick={() => onDecide({ default: decision, ...(decisions === null ? {} : { decisions }) })}
        >
          {t('doDecided')}
        </Button>
      </DialogButtons>
    </Dialog>
  )
}

function ClashRow({
  clash,
  decision,
  onDecide,
}: {
  clash: Clash
  decision: Decision
  onDecide: (decision: Decision) => void
}) {
  const t = useTranslations('change')
  const format = useFormat()
  const side = ({ kind, size, modifiedAt }: Clash['mine']) =>
    kind === 'folder' ? format.date(modifiedAt) : `${format.size(size)} · ${format.date(modifiedAt)}`
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-tile px-3 py-2">
      <FileTile name={clash.name} kind={clash.mine.kind} category={null} />
      <span className="min-w-0 flex-1">
        <FileName name={clash.name} className="text-13" />
        <span className="block text-12 text-ink-3 tabular-nums">
          {t('yours')}: {side(clash.mine)}
        </span>
        <span className="block text-12 text-ink-3 tabular-nums">
          {t('there')}: {side(clash.theirs)}
        </span>
      </span>
      <Choice label={clash.name} value={decision} onChange={onDecide} />
    </li>
  )
}

type ChoiceProps = { label: string; value: Decision; onChange: (decision: Decision) => void }

function Choice({ label, value, onChange }: ChoiceProps) {
  const t = useTranslations('change')
  const segments = (['keep', 'replace', 'skip'] as const).map((decision) => {
    const words = { keep: t('keepBoth'), replace: t('replace'), skip: t('skip') }[decision]
    return { value: decision, label: words, content: words }
  })
  return <Segmented label={label} value={value} onChange={onChange} segments={segments} />
}
