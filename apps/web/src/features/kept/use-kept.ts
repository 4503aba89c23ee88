'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { nameInSentence } from '../../components/split-name.ts'
import { useToast } from '../../components/toast.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { ApiFailure, Unreachable } from '../../lib/call-api.ts'
import { KEPT_FILES_MAX, type KeptFacts, listKept, removeKept } from '../../lib/kept-file.ts'
import type { KeepProblem } from './keep-task.ts'
import type { KeepEnd } from './keeper.ts'

export const keptKey = (personId: string) => ['kept', personId] as const

/** What this phone keeps for a person. Needs no network. */
export function useKeptFiles(personId: string, enabled = true) {
  return useQuery({
    queryKey: keptKey(personId),
    queryFn: () => listKept(personId),
    enabled: enabled && personId !== '',
    networkMode: 'always',
  })
}

type Named = Pick<KeptFacts, 'id' | 'name' | 'size'>

/** Keeps a file on this phone, or keeps it no longer, and says what became of it. */
export function useKeeping(personId: string) {
  const t = useTranslations('kept')
  const toast = useToast()
  const format = useFormat()
  const client = useQueryClient()
  const changed = () => void client.invalidateQueries({ queryKey: keptKey(personId) })
  const problemText = (problem: KeepProblem, { name, size }: Named) =>
    t(`problem.${problem}`, { name: nameInSentence(name), n: KEPT_FILES_MAX, s: format.size(size) })
  const keep = async (file: Named) => {
    toast({ text: t('coming', { name: nameInSentence(file.name) }) })
    const problem = await attempt(personId, file.id)
    changed()
    if (problem === 'cancelled') return
    if (problem === null) toast({ text: t('isKept', { name: nameInSentence(file.name) }) })
    else toast({ text: problemText(problem, file), problem: true })
  }
  const remove = async ({ id, name }: Named) => {
    await removeKept(personId, id)
    changed()
    toast({ text: t('removed', { name: nameInSentence(name) }) })
  }
  return { keep: (file: Named) => void keep(file), remove: (file: Named) => void remove(file) }
}

/** Only who keeps something loads what it takes. */
async function attempt(personId: string, id: string): Promise<KeepEnd> {
  try {
    const { keepFile } = await import('./keeper.ts')
    return await keepFile(personId, id)
  } catch (error) {
    if (error instanceof ApiFailure || error instanceof Unreachable) return 'failed'
    throw error
  }
}
