'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Dialog, DialogButtons } from '../../components/dialog.tsx'
import { Field } from '../../components/field.tsx'
import { nameInSentence } from '../../components/split-name.ts'
import { ApiFailure } from '../../lib/call-api.ts'
import { LABELS_KEY } from '../../lib/entries/labels-key.ts'
import { changeTag, deleteTag, mergeTag } from './api-client.ts'
import { ColourChoice } from './colour-choice.tsx'
import { type TagColour, type TagItem, tagColours } from './schema.ts'
import { useLabels } from './use-labels.ts'

type TagSettingsProps = {
  tag: TagItem
  onClose: () => void
  /** The tag is gone; `intoId` is what its entries carry now. */
  onGone: (intoId: string | null) => void
}

/** Name and colour of a tag; making it one with another; and its end. */
export function TagSettings({ tag, onClose, onGone }: TagSettingsProps) {
  const t = useTranslations('labels')
  const [colour, setColour] = useState<TagColour>(tagColours.find((known) => known === tag.colour) ?? 'grey')
  const [deleting, setDeleting] = useState(false)
  const run = useTagChange()
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => form.current?.querySelector('input')?.focus(), [])
  const taken = run.error instanceof ApiFailure && run.error.field === 'name'
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const name = String(new FormData(event.currentTarget).get('name')).trim()
    if (name === '') return
    run.mutate({ act: () => changeTag(tag.id, { name, colour }), done: onClose })
  }
  if (deleting) {
    const end = () => run.mutate({ act: () => deleteTag(tag.id), done: () => onGone(null) })
    return <DeleteTag tag={tag} onClose={() => setDeleting(false)} onDelete={end} />
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('edit')} className="max-w-[420px]">
      <form ref={form} onSubmit={save}>
        <div className="flex flex-col gap-4 px-6 pt-1 pb-5 phone:px-5">
          <Field
            compact
            label={t('name')}
            name="name"
            defaultValue={tag.name}
            maxLength={40}
            autoComplete="off"
            error={taken ? t('nameTaken') : undefined}
            onChange={run.reset}
          />
          <ColourChoice value={colour} onChoose={setColour} />
          <Merge
            tag={tag}
            onMerge={(intoId) => run.mutate({ act: () => mergeTag(tag.id, intoId), done: () => onGone(intoId) })}
          />
        </div>
        <DialogButtons>
          <Button kind="danger" className="mr-auto" onClick={() => setDeleting(true)}>
            {t('delete')}
          </Button>
          <Button kind="ghost" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" kind="primary" disabled={run.isPending}>
            {t('save')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}

function useTagChange() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ act }: { act: () => Promise<void>; done: () => void }) => act(),
    onSuccess: async (_nothing, { done }) => {
      done()
      await client.invalidateQueries({ queryKey: LABELS_KEY })
      await client.invalidateQueries({ queryKey: ['entries'] })
    },
  })
}

function Merge({ tag, onMerge }: { tag: TagItem; onMerge: (intoId: string) => void }) {
  const t = useTranslations('labels')
  const others = (useLabels()?.tags ?? []).filter(({ id }) => id !== tag.id)
  if (others.length === 0) return null
  return (
    <label className="block">
      <span className="mb-1.5 flex font-medium text-13">{t('merge')}</span>
      <select
        value=""
        onChange={(event) => onMerge(event.target.value)}
        className="h-[38px] w-full rounded-button bg-field px-2.5 inset-ring inset-ring-control coarse:h-11 phone:text-16"
      >
        <option value="" disabled>
          …
        </option>
        {others.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      <span className="mt-1.5 block text-12 text-ink-3">{t('mergeHint', { name: nameInSentence(tag.name) })}</span>
    </label>
  )
}

function DeleteTag({ tag, onClose, onDelete }: { tag: TagItem; onClose: () => void; onDelete: () => void }) {
  const t = useTranslations('labels')
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('deleteAsk', { name: nameInSentence(tag.name) })}
      className="max-w-[420px]"
    >
      <p className="px-6 pb-5 text-ink-2 phone:px-5">{t('deleteHint', { n: tag.entries })}</p>
      <DialogButtons>
        <Button kind="ghost" onClick={onClose}>
          {t('cancel')}
        </Button>
        <Button kind="danger" onClick={onDelete}>
          {t('delete')}
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
