'use client'

import { useTranslations } from 'next-intl'
import { RadioGroup } from 'radix-ui'
import { memo, type ReactNode, useMemo, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { cn } from '../../components/class-names.ts'
import { Dialog, DialogButtons } from '../../components/dialog.tsx'
import { nameInSentence } from '../../components/split-name.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { type Conflict, conflicts } from '../../lib/entries/conflict.ts'
import { bytesOf, type Decisions, filesToSend, fittingCount, partOf, type UploadPlan } from './preflight-plan.ts'
import { TakenNames } from './taken-names.tsx'
import type { ChosenFile } from './upload-job.ts'

type PreflightDialogProps = {
  plan: UploadPlan
  /** Name of the folder that the files go to. */
  folder: string
  /** Bytes of the person's space that unfinished uploads hold. */
  heldBytes: number
  open: boolean
  onCancel: () => void
  onUpload: (files: ChosenFile[]) => void
}

/** What an upload would mean, before it starts: what is new, what is there, what to do with names that are taken. */
export function PreflightDialog({ plan, folder, heldBytes, open, onCancel, onUpload }: PreflightDialogProps) {
  const t = useTranslations('uploads')
  const common = useTranslations('common')
  const format = useFormat()
  const [all, setAll] = useState<Conflict>('keep')
  const [single, setSingle] = useState<ReadonlyMap<number, Conflict> | null>(null)
  const { toSend, missing, fitting } = useMemo(
    () => whatGoes(plan, { all, single: single ?? new Map() }),
    [plan, all, single],
  )
  const taken = useMemo(() => partOf(plan, 'taken'), [plan])
  const coming = useMemo(() => partOf(plan, 'coming').count, [plan])
  const allBytes = useMemo(() => bytesOf(plan.files), [plan])
  const size = format.size(allBytes)
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        if (!next) onCancel()
      }}
      title={t('planTitle', { n: plan.files.length })}
      description={t('planInto', {
        size,
        folder: nameInSentence(folder),
        free: format.size(Math.max(0, plan.freeBytes)),
      })}
      className="max-w-[560px]"
    >
      <div className="scrollbar-thin min-h-0 overflow-y-auto px-6 pb-5 has-[>:only-child]:pb-1 phone:px-5">
        <PlanFigures plan={plan} />
        {coming > 0 ? <p className="mt-4 text-13 text-ink-2">{t('planComing', { n: coming })}</p> : null}
        {missing > 0 ? (
          <p className="mt-4 rounded-button bg-warn-soft px-3.5 py-2.5 text-13 text-warn">
            {t('tooLittle', { size: format.size(missing) })}{' '}
            {heldBytes > 0 ? t('tooLittleHeld', { size: format.size(heldBytes) }) : null}
          </p>
        ) : null}
        {taken.count > 0 ? (
          <h3 className="mt-5 mb-2 font-medium text-13">{t('takenTitle', { n: taken.count })}</h3>
        ) : null}
        {taken.count > 0 && single === null ? <ForAll plan={plan} value={all} onChange={setAll} /> : null}
        {single === null ? null : (
          <TakenNames
            plan={plan}
            decisionOf={(index) => single.get(index) ?? all}
            onDecide={(index, decision) => setSingle(new Map(single).set(index, decision))}
          />
        )}
      </div>
      <div className="border-line border-t pt-4">
        <DialogButtons>
          {taken.count > 1 ? (
            <Button
              kind="ghost"
              size="sm"
              className="mr-auto"
              onClick={() => setSingle(single === null ? new Map() : null)}
            >
              {single === null ? t('oneByOne') : t('forAll')}
            </Button>
          ) : null}
          <Button kind="ghost" onClick={onCancel}>
            {common('cancel')}
          </Button>
          <Button kind="primary" autoFocus onClick={() => onUpload(toSend)}>
            {startLabel(t, { count: toSend.length, fitting, coming })}
          </Button>
        </DialogButtons>
      </div>
    </Dialog>
  )
}

/** What would be sent, how many bytes are too many, and how many files find room. */
function whatGoes(plan: UploadPlan, decisions: Decisions): { toSend: ChosenFile[]; missing: number; fitting: number } {
  const toSend = filesToSend(plan, decisions)
  const missing = bytesOf(toSend) - Math.max(0, plan.freeBytes)
  const fitting = missing > 0 ? fittingCount(toSend, plan.freeBytes) : toSend.length
  return { toSend, missing, fitting }
}

type Startable = { count: number; fitting: number; coming: number }

function startLabel(t: ReturnType<typeof useTranslations<'uploads'>>, { count, fitting, coming }: Startable): string {
  if (count === 0) return coming > 0 ? t('followComing', { n: coming }) : t('nothingToSend')
  return fitting < count ? t('startFitting', { n: fitting }) : t('startCount', { n: count })
}

const PlanFigures = memo(function PlanFigures({ plan }: { plan: UploadPlan }) {
  const t = useTranslations('uploads')
  const format = useFormat()
  const fresh = partOf(plan, 'new')
  const instant = partOf(plan, 'instant')
  return (
    <dl className="grid grid-cols-4 gap-x-4 border-line border-y last:border-b-0 phone:grid-cols-2">
      <Figure label={t('planNew')} count={fresh.count} hint={t('planToSend', { size: format.size(fresh.bytes) })} />
      <Figure
        label={t('planInstant')}
        count={instant.count}
        hint={instant.count > 0 ? t('planUpTo', { size: format.size(instant.bytes) }) : null}
        className="text-spark-text"
      />
      <Figure label={t('planIdentical')} count={partOf(plan, 'identical').count} hint={t('planSkipped')} second />
      <Figure
        label={t('planTaken')}
        count={partOf(plan, 'taken').count}
        hint={t('planDecide')}
        className="text-warn"
        second
      />
    </dl>
  )
})

type FigureProps = { label: string; count: number; hint: ReactNode; className?: string; second?: boolean }

function Figure({ label, count, hint, className, second = false }: FigureProps) {
  const format = useFormat()
  return (
    <div className={cn('flex flex-col-reverse justify-end py-3', second && 'border-line phone:border-t')}>
      <dt className="text-13 text-ink-2">
        {label}
        <span className="block min-h-4 text-12 text-ink-3 tabular-nums">{count > 0 ? hint : null}</span>
      </dt>
      <dd
        className={cn(
          'font-semibold text-[20px] leading-7 tabular-nums title-tracking',
          count > 0 ? className : 'text-ink-3',
        )}
      >
        {format.count(count)}
      </dd>
    </div>
  )
}

/** One decision for all names that are taken. */
function ForAll({ plan, value, onChange }: { plan: UploadPlan; value: Conflict; onChange: (value: Conflict) => void }) {
  const t = useTranslations('uploads')
  const example = plan.files.find(({ kind }) => kind === 'taken')?.file.name ?? ''
  const choices: Record<Conflict, { label: string; hint: string }> = {
    keep: { label: t('keepBoth'), hint: t('keepBothHint', { name: nameInSentence(numbered(example)) }) },
    replace: { label: t('replace'), hint: t('replaceHint', { n: plan.trashDays }) },
    skip: { label: t('skip'), hint: t('skipHint') },
  }
  return (
    <RadioGroup.Root
      aria-label={t('forAll')}
      value={value}
      onValueChange={(next) => onChange(conflicts.find((known) => known === next) ?? value)}
      className="grid gap-2"
    >
      {conflicts.map((each) => (
        <RadioGroup.Item
          key={each}
          value={each}
          className="group flex items-start gap-3 rounded-button px-3.5 py-3 text-left inset-ring inset-ring-line-2 hover:bg-hover data-[state=checked]:bg-select data-[state=checked]:inset-ring-[1.5px] data-[state=checked]:inset-ring-accent"
        >
          <span className="mt-0.5 size-4 shrink-0 rounded-full inset-ring-[1.5px] inset-ring-control group-data-[state=checked]:inset-ring-[5px] group-data-[state=checked]:inset-ring-accent forced-colors:border" />
          <span className="min-w-0 flex-1">
            <span className="block font-medium text-14">{choices[each].label}</span>
            <span className="block break-words text-13 text-ink-3">{choices[each].hint}</span>
          </span>
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  )
}

/** As the server names the second one. */
function numbered(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot > 0 ? `${name.slice(0, dot)} (2)${name.slice(dot)}` : `${name} (2)`
}
