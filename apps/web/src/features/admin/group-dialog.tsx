'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { type FormEvent, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Dialog, DialogButtons } from '../../components/dialog.tsx'
import { Field } from '../../components/field.tsx'
import { useToast } from '../../components/toast.tsx'
import { ApiFailure, callApi } from '../../lib/call-api.ts'
import { GroupMembers } from './group-members.tsx'
import { GROUPS_PATH, type QuotaGroup } from './quota-groups.ts'
import { refreshSpace } from './refresh-space.ts'
import { parseSize, sizeText } from './size-field.ts'

type GroupDialogProps = { group: QuotaGroup | null; onClose: () => void }

/** Makes a group, or changes one and who is in it. */
export function GroupDialog({ group, onClose }: GroupDialogProps) {
  const t = useTranslations('adminGroups')
  const [name, setName] = useState(group?.name ?? '')
  const [space, setSpace] = useState(group === null ? '' : sizeText(group.allowedBytes))
  const allowedBytes = parseSize(space)
  const { save, remove, nameError } = useGroupActs(group, onClose)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (allowedBytes !== null) save.mutate({ name: name.trim(), allowedBytes })
  }
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={group === null ? t('new') : group.name}
      description={group === null ? t('newSentence') : t('membersOf', { n: group.members })}
    >
      <form onSubmit={submit} className="flex min-h-0 flex-col">
        <div className="flex min-h-0 flex-col gap-4 overflow-y-auto px-6 pb-4 phone:px-5">
          <Field
            label={t('name')}
            compact
            value={name}
            maxLength={100}
            onChange={(event) => setName(event.target.value)}
            error={nameError}
          />
          <Field
            label={t('space')}
            compact
            value={space}
            onChange={(event) => setSpace(event.target.value)}
            hint={t('spaceHint')}
            error={space !== '' && allowedBytes === null ? t('spaceWrong') : undefined}
          />
          {group === null ? null : <GroupMembers groupId={group.id} />}
          {group === null ? null : (
            <div className="flex items-center gap-4 border-line border-t pt-3">
              <p className="min-w-0 flex-1 text-13 text-ink-2">{t('deleteSentence')}</p>
              <Button size="sm" kind="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
                {t('delete')}
              </Button>
            </div>
          )}
        </div>
        <DialogButtons>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" disabled={name.trim() === '' || allowedBytes === null || save.isPending}>
            {t(group === null ? 'make' : 'save')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}

function useGroupActs(group: QuotaGroup | null, onDone: () => void) {
  const t = useTranslations('adminGroups')
  const toast = useToast()
  const client = useQueryClient()
  const done = () => {
    onDone()
    return refreshSpace(client)
  }
  const refuse = (error: unknown) => {
    if (!isTaken(error)) toast({ text: t('notChanged'), problem: true })
  }
  const save = useMutation({
    mutationFn: (body: Pick<QuotaGroup, 'name' | 'allowedBytes'>) =>
      group === null
        ? callApi<void>(GROUPS_PATH, { method: 'POST', body })
        : callApi<void>(`${GROUPS_PATH}/${group.id}`, { method: 'PATCH', body }),
    onSuccess: done,
    onError: refuse,
  })
  const remove = useMutation({
    mutationFn: () => callApi<void>(`${GROUPS_PATH}/${group?.id ?? ''}`, { method: 'DELETE' }),
    onSuccess: () => {
      toast({ text: t('deleted', { name: group?.name ?? '' }) })
      return done()
    },
    onError: refuse,
  })
  return { save, remove, nameError: isTaken(save.error) ? t('nameTaken') : undefined }
}

function isTaken(error: unknown): boolean {
  return error instanceof ApiFailure && error.code === 'name_taken'
}
