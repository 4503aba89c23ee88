'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { type FormEvent, useState } from 'react'
import { Asked } from '../../components/asked.tsx'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Field } from '../../components/field.tsx'
import { useToast } from '../../components/toast.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { ApiFailure, callApi } from '../../lib/call-api.ts'
import { LinkField } from './link-field.tsx'

const PATH = '/api/admin/invitations'
const KEY = ['admin', 'invitations'] as const

interface Invitation {
  id: string
  email: string | null
  used: number
  maxUses: number
  expiresAt: string
  state: string
}

interface Invitations {
  closed: boolean
  invitations: Invitation[]
}

const isOfAddress = (error: unknown) => error instanceof ApiFailure && error.field === 'email'

/** Makes a link by which somebody can come in, and takes links back. */
export function InvitationsDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations('people')
  const toast = useToast()
  const client = useQueryClient()
  const [email, setEmail] = useState('')
  const wanted = email.trim()
  const asked = useQuery({ queryKey: KEY, queryFn: () => callApi<Invitations>(PATH) })
  const refuse = () => toast({ text: t('notChanged'), problem: true })
  const refresh = () => client.invalidateQueries({ queryKey: KEY })
  const invite = useMutation({
    mutationFn: (to: string) =>
      callApi<{ link: string }>(PATH, { method: 'POST', body: { email: to === '' ? null : to } }),
    onSuccess: refresh,
    onError: (error) => {
      if (!isOfAddress(error)) refuse()
    },
  })
  const revoke = useMutation({
    mutationFn: (id: string) => callApi<void>(`${PATH}/${id}`, { method: 'DELETE' }),
    onSuccess: refresh,
    onError: refuse,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    invite.mutate(wanted)
  }
  return (
    <Dialog open onOpenChange={onClose} title={t('invite')} description={t('inviteSentence')}>
      <div className="flex min-h-0 flex-col gap-4 overflow-y-auto px-6 pb-5 phone:px-5">
        <form noValidate onSubmit={submit} className="flex items-start gap-2 phone:flex-col phone:items-stretch">
          <div className="min-w-0 flex-1 phone:flex-none">
            <Field
              label={t('inviteEmail')}
              type="email"
              compact
              value={email}
              onChange={(event) => setEmail(event.target.value)}
              error={isOfAddress(invite.error) && invite.variables === wanted ? t('inviteEmailWrong') : undefined}
            />
          </div>
          <Button kind="primary" type="submit" disabled={invite.isPending} className="mt-6 phone:mt-0">
            {t('inviteMake')}
          </Button>
        </form>
        {invite.data === undefined ? null : <LinkField link={invite.data.link} />}
        <Asked of={asked} small="bare">
          {({ closed, invitations }) => (
            <>
              {closed ? (
                <p className="rounded-button bg-warn-soft px-3 py-2 text-13 text-warn">{t('inviteClosed')}</p>
              ) : null}
              <InvitationList
                invitations={invitations.filter(({ state }) => state === 'open')}
                isBusy={revoke.isPending}
                onRevoke={revoke.mutate}
              />
            </>
          )}
        </Asked>
      </div>
    </Dialog>
  )
}

type InvitationListProps = { invitations: readonly Invitation[]; isBusy: boolean; onRevoke: (id: string) => void }

function InvitationList({ invitations, isBusy, onRevoke }: InvitationListProps) {
  const t = useTranslations('people')
  const format = useFormat()
  if (invitations.length === 0) return null
  return (
    <ul aria-label={t('inviteOpen')} className="divide-y divide-line border-line border-t text-13">
      {invitations.map(({ id, email, expiresAt }) => (
        <li key={id} className="flex items-center gap-3 py-2">
          <span className="min-w-0 flex-1 truncate">{email ?? t('inviteAnybody')}</span>
          <span className="text-ink-3">{t('inviteUntil', { date: format.date(expiresAt) })}</span>
          <Button size="sm" kind="danger" disabled={isBusy} onClick={() => onRevoke(id)}>
            {t('inviteRevoke')}
          </Button>
        </li>
      ))}
    </ul>
  )
}
