'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Asked } from '../../components/asked.tsx'
import { Button } from '../../components/button.tsx'
import { Field } from '../../components/field.tsx'
import { useToast } from '../../components/toast.tsx'
import { callApi } from '../../lib/call-api.ts'
import { refreshSpace } from './refresh-space.ts'
import type { PeoplePage, PersonItem } from './schema.ts'
import { queryText, useRested } from './use-pages.ts'

const PATH = '/api/admin/people'
const FOUND_MAX = 5

/** Who shares the space, and who could. A change takes effect at once. */
export function GroupMembers({ groupId }: { groupId: string }) {
  const t = useTranslations('adminGroups')
  const toast = useToast()
  const client = useQueryClient()
  const [typed, setTyped] = useState('')
  const q = useRested(typed.trim())
  const members = useQuery({
    queryKey: ['admin', PATH, 'group', groupId],
    queryFn: () => callApi<PeoplePage>(`${PATH}?${queryText({ group: groupId })}`),
  })
  const found = useQuery({
    queryKey: ['admin', PATH, 'found', q],
    queryFn: () => callApi<PeoplePage>(`${PATH}?${queryText({ q })}`),
    enabled: q !== '',
  })
  const move = useMutation({
    mutationFn: ({ id, to }: { id: string; to: string | null }) =>
      callApi<void>(`${PATH}/${id}`, { method: 'PATCH', body: { groupId: to } }),
    onSuccess: () => refreshSpace(client),
    onError: () => toast({ text: t('notChanged'), problem: true }),
  })
  const others = q === '' ? [] : (found.data?.items.filter(({ group }) => group?.id !== groupId) ?? [])
  return (
    <section aria-label={t('members')} className="border-line border-t pt-3">
      <Asked of={members} small="boxed">
        {({ items, total }) => (
          <>
            <People
              people={items}
              act={t('takeOut')}
              isBusy={move.isPending}
              onAct={({ id }) => move.mutate({ id, to: null })}
            />
            {total > items.length ? (
              <p className="text-12 text-ink-3">{t('andMore', { n: total - items.length })}</p>
            ) : null}
          </>
        )}
      </Asked>
      <div className="mt-2">
        <Field
          label={t('addMember')}
          type="search"
          compact
          placeholder={t('nameOrEmail')}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          // Return in this field must not save the group.
          onKeyDown={(event) => (event.key === 'Enter' ? event.preventDefault() : undefined)}
        />
      </div>
      <People
        people={others.slice(0, FOUND_MAX)}
        act={t('add')}
        isBusy={move.isPending}
        onAct={({ id }) => move.mutate({ id, to: groupId })}
      />
      {q !== '' && found.isSuccess && others.length === 0 ? (
        <p className="pt-2 text-13 text-ink-3">{t('nobodyElse')}</p>
      ) : null}
    </section>
  )
}

type PeopleProps = {
  people: readonly PersonItem[]
  act: string
  isBusy: boolean
  onAct: (person: PersonItem) => void
}

function People({ people, act, isBusy, onAct }: PeopleProps) {
  if (people.length === 0) return null
  return (
    <ul className="divide-y divide-line text-13">
      {people.map((person) => (
        <li key={person.id} className="flex min-h-10 items-center gap-3 py-1">
          <span className="min-w-0 flex-1">
            <bdi className="block truncate">{person.name}</bdi>
            <span className="block truncate text-12 text-ink-3">{person.email}</span>
          </span>
          <Button size="sm" disabled={isBusy} aria-label={`${act}: ${person.name}`} onClick={() => onAct(person)}>
            {act}
          </Button>
        </li>
      ))}
    </ul>
  )
}
