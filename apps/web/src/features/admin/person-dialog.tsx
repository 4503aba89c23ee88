'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { type FormEvent, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Dialog, DialogButtons } from '../../components/dialog.tsx'
import { Field } from '../../components/field.tsx'
import { useToast } from '../../components/toast.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { ApiFailure, callApi } from '../../lib/call-api.ts'
import { barPercents, CapacityBar } from './capacity-bar.tsx'
import { LinkField } from './link-field.tsx'
import type { QuotaGroup } from './quota-groups.ts'
import { refreshSpace } from './refresh-space.ts'
import type { PersonChange, PersonItem } from './schema.ts'
import { parseSize, sizeText } from './size-field.ts'

type PersonDialogProps = { person: PersonItem; onClose: () => void }
type Groups = { groups: QuotaGroup[] }

/** What an administrator can do for one person. */
export function PersonDialog({ person, onClose }: PersonDialogProps) {
  const t = useTranslations('people')
  const toast = useToast()
  const client = useQueryClient()
  const [quota, setQuota] = useState(sizeText(person.quotaBytes))
  const [groupId, setGroupId] = useState(person.group?.id ?? '')
  const groups = useQuery({ queryKey: ['admin', 'groups'], queryFn: () => callApi<Groups>('/api/admin/groups') })
  const change = useMutation({
    mutationFn: (body: PersonChange) => callApi<void>(`/api/admin/people/${person.id}`, { method: 'PATCH', body }),
    onSuccess: () => refreshSpace(client),
    onError: (error) => {
      const isLast = error instanceof ApiFailure && error.code === 'last_admin'
      toast({ text: t(isLast ? 'lastAdmin' : 'notChanged'), problem: true })
    },
  })
  const quotaBytes = parseSize(quota)
  const save = (event: FormEvent) => {
    event.preventDefault()
    if (quotaBytes === null) return
    change.mutate({ quotaBytes, groupId: groupId === '' ? null : groupId }, { onSuccess: onClose })
  }
  return (
    <Dialog open onOpenChange={onClose} title={person.name} description={person.email}>
      <form onSubmit={save} className="flex min-h-0 flex-col">
        <div className="flex min-h-0 flex-col gap-4 overflow-y-auto px-6 pb-4 phone:px-5">
          <Field
            label={t('quota')}
            compact
            value={quota}
            onChange={(event) => setQuota(event.target.value)}
            hint={t('quotaHint')}
            error={quotaBytes === null ? t('quotaWrong') : undefined}
          />
          <label className="block">
            <span className="mb-1.5 block font-medium text-13">{t('group')}</span>
            <select
              value={groupId}
              onChange={(event) => setGroupId(event.target.value)}
              className="h-[38px] w-full rounded-button bg-field px-2.5 inset-ring inset-ring-control coarse:h-11 phone:text-16"
            >
              <option value="">{t('noGroup')}</option>
              {groups.data?.groups.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <GroupSpace group={groups.data?.groups.find(({ id }) => id === groupId)} />
          <Acts person={person} isBusy={change.isPending} onChange={(body) => change.mutate(body)} />
        </div>
        <DialogButtons>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" disabled={quotaBytes === null || change.isPending}>
            {t('save')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}

/** The limit that this person has besides their own, and how much of it is taken. */
function GroupSpace({ group }: { group: QuotaGroup | undefined }) {
  const t = useTranslations('people')
  const format = useFormat()
  if (group === undefined) return null
  const { usedBytes, allowedBytes, reservedBytes, members } = group
  const space = { usedBytes, reservedBytes, totalBytes: allowedBytes }
  return (
    <div className="-mt-2">
      <CapacityBar {...space} label={t('usedShare', { p: barPercents(space).used })} />
      <p className="mt-1.5 text-12 text-ink-3 tabular-nums">
        {t('groupUsed', { used: format.size(usedBytes), allowed: format.size(allowedBytes), n: members })}
      </p>
    </div>
  )
}

type ActsProps = { person: PersonItem; isBusy: boolean; onChange: (change: PersonChange) => void }

/** What takes effect at once, each with a sentence that says how. */
function Acts({ person, isBusy, onChange }: ActsProps) {
  const t = useTranslations('people')
  const format = useFormat()
  const isAdmin = person.role === 'admin'
  const isDisabled = person.disabledAt !== null
  return (
    <div className="divide-y divide-line border-line border-t">
      <Act sentence={t(isAdmin ? 'adminSentence' : 'userSentence')}>
        <Button size="sm" disabled={isBusy} onClick={() => onChange({ role: isAdmin ? 'user' : 'admin' })}>
          {t(isAdmin ? 'takeAdmin' : 'makeAdmin')}
        </Button>
      </Act>
      <Act
        sentence={
          person.disabledAt === null
            ? t('disableSentence')
            : t('enableSentence', { date: format.date(person.disabledAt) })
        }
      >
        <Button
          size="sm"
          kind={isDisabled ? 'plain' : 'danger'}
          disabled={isBusy}
          onClick={() => onChange({ disabled: !isDisabled })}
        >
          {t(isDisabled ? 'enable' : 'disable')}
        </Button>
      </Act>
      <ResetLink person={person} />
      {person.hasSecondFactor ? <Authenticator person={person} /> : null}
    </div>
  )
}

function Act({ sentence, children }: { sentence: string; children: React.ReactNode }) {
  return (
    <div className="flex items-center gap-4 py-3">
      <p className="min-w-0 flex-1 text-13 text-ink-2">{sentence}</p>
      {children}
    </div>
  )
}

function Authenticator({ person }: { person: PersonItem }) {
  const t = useTranslations('people')
  const toast = useToast()
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: () => callApi<void>(`/api/admin/people/${person.id}/authenticator`, { method: 'DELETE' }),
    onSuccess: () => {
      toast({ text: t('authenticatorRemoved', { name: person.name }) })
      return client.invalidateQueries({ queryKey: ['admin'] })
    },
    onError: () => toast({ text: t('notChanged'), problem: true }),
  })
  return (
    <Act sentence={t('authenticatorSentence')}>
      <Button size="sm" kind="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
        {t('authenticatorRemove')}
      </Button>
    </Act>
  )
}

function ResetLink({ person }: { person: PersonItem }) {
  const t = useTranslations('people')
  const toast = useToast()
  const make = useMutation({
    mutationFn: () =>
      callApi<{ link: string }>(`/api/admin/people/${person.id}/reset-link`, { method: 'POST', body: {} }),
    onError: () => toast({ text: t('notChanged'), problem: true }),
  })
  return (
    <>
      <Act sentence={t('resetSentence')}>
        <Button size="sm" disabled={make.isPending} onClick={() => make.mutate()}>
          {t('resetLink')}
        </Button>
      </Act>
      {make.data === undefined ? null : (
        <div className="py-3">
          <LinkField link={make.data.link} />
        </div>
      )}
    </>
  )
}
