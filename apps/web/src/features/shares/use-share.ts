'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useRef, useState } from 'react'
import { useToast } from '../../components/toast.tsx'
import { ApiFailure, Unreachable } from '../../lib/call-api.ts'
import { LABELS_KEY } from '../../lib/entries/labels-key.ts'
import type { ShareItem, UpdateShare } from './schema.ts'
import { createShare, measureEntries, updateShare } from './share-api.ts'
import { type Draft, draftOf, endOfDay, newDraft } from './share-draft.ts'

const RENEWED_DAYS = 7

/** What opens a link again that was revoked or has ended. */
export function renewal(): UpdateShare {
  return { revoked: false, expiresAt: endOfDay(new Date(), RENEWED_DAYS) }
}

type Made = { share: ShareItem; code: string | null }

/** What the dialog is about: entries that are not shared by it yet, or a link that there is. */
type ShareSubject = { entries: readonly { id: string; name: string }[] } | { share: ShareItem }

/** The state of the dialog: a draft until the link is made, then every change saves itself. */
export function useShare(subject: ShareSubject) {
  const client = useQueryClient()
  const [share, setShare] = useState<ShareItem | null>('share' in subject ? subject.share : null)
  const [draft, setDraft] = useState<Draft>(() => (share === null ? newDraft(new Date()) : draftOf(share)))
  const [code, setCode] = useState<string | null>(null)
  const problem = useProblem()
  const making = useRef<Promise<Made> | null>(null)
  const saves = useRef({ all: Promise.resolve(), asked: 0, known: share })
  const ids = 'entries' in subject ? subject.entries.map(({ id }) => id) : []
  const size = useQuery({
    queryKey: ['share-size', ...ids],
    queryFn: () => measureEntries(ids),
    enabled: ids.length > 0,
  })

  const take = (made: Made) => {
    setShare(made.share)
    setDraft(draftOf(made.share))
    setCode((now) => (made.share.hasCode ? (made.code ?? now) : null))
    void client.invalidateQueries({ queryKey: ['shares'] })
    void client.invalidateQueries({ queryKey: LABELS_KEY })
    return made
  }

  /** The link, made at the first call. */
  const make = async () => {
    if (share !== null) return { share, code }
    const { withCode, ...settings } = draft
    making.current ??= createShare({ ids, withCode, ...settings })
    try {
      return take(await making.current)
    } catch (error) {
      making.current = null
      throw error
    }
  }

  /** One after the other, so that the last word is the last; only its answer is shown, not those on the way to it. */
  const save = (change: UpdateShare): Promise<void> => {
    if (share === null) return Promise.resolve()
    problem.clear()
    const { current: line } = saves
    line.asked += 1
    const turn = line.asked
    const inTurn = async () => {
      try {
        const made = await updateShare(share.id, change)
        line.known = made.share
        if (turn === line.asked) take(made)
        else if (made.code !== null) setCode(made.code)
      } catch (error) {
        const known = line.known ?? share
        setShare(known)
        setDraft(draftOf(known))
        problem.tell(error)
      }
    }
    line.all = line.all.then(inTurn, inTurn)
    return line.all
  }

  return {
    share,
    draft,
    code,
    problem,
    size: size.data ?? null,
    make,
    change: (change: Partial<Draft>) => {
      setDraft((now) => ({ ...now, ...change }))
      const { withCode, ...settings } = change
      const codeChange = withCode === undefined ? {} : { code: withCode ? ('new' as const) : ('none' as const) }
      void save({ ...settings, ...codeChange })
    },
    renewCode: () => save({ code: 'new' }),
    revoke: () => save({ revoked: true }),
    renew: () => save(renewal()),
  }
}

function useProblem() {
  const t = useTranslations('shares')
  const [text, setText] = useState<string | null>(null)
  return {
    text,
    clear: () => setText(null),
    say: setText,
    tell: (error: unknown) => setText(sentenceOf(error, t)),
  }
}

/** One sentence for what was refused. */
function sentenceOf(error: unknown, t: (key: 'unreachable' | 'gone' | 'failed') => string): string {
  if (error instanceof Unreachable) return t('unreachable')
  if (!(error instanceof ApiFailure)) throw error
  return error.code === 'not_found' ? t('gone') : t('failed')
}

/** Takes a link away, or renews it, from outside of the dialog; says it, with the way back. */
export function useShareChanges() {
  const t = useTranslations('shares')
  const client = useQueryClient()
  const toast = useToast()
  const send = async (id: string, change: UpdateShare): Promise<ShareItem | null> => {
    try {
      const { share } = await updateShare(id, change)
      await client.invalidateQueries({ queryKey: ['shares'] })
      return share
    } catch (error) {
      toast({ text: sentenceOf(error, t), problem: true })
      return null
    }
  }
  const revoked = (id: string) => {
    toast({ text: t('revoked'), action: { label: t('undo'), run: () => void send(id, { revoked: false }) } })
  }
  return {
    send,
    /** After the dialog revoked it. */
    revoked,
    revoke: async (id: string) => {
      if ((await send(id, { revoked: true })) !== null) revoked(id)
    },
  }
}
