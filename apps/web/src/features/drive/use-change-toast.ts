'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useRef } from 'react'
import { useToast } from '../../components/toast.tsx'
import { refreshAll } from './folder-cache.ts'
import { type Step, UndoStack } from './undo-stack.ts'
import { useChangeText } from './use-change-text.ts'

/** What takes longer than this to be taken back is said to go on. */
const SLOW_MS = 400

/** Says what was done, with the way back; and what was refused, in the same place. */
export function useChangeToast() {
  const client = useQueryClient()
  const common = useTranslations('common')
  const t = useTranslations('change')
  const toast = useToast()
  const { refusal } = useChangeText()
  const undoStack = useRef(new UndoStack())
  const refused = (error: unknown) => toast({ text: refusal(error), problem: true })
  const again = async (act: () => Promise<boolean>, { doing, said }: { doing: string; said: string }) => {
    let isSaid = false
    // Stays as long as it goes on.
    const slow = setTimeout(() => {
      isSaid = true
      toast({ text: doing, lasting: true })
    }, SLOW_MS)
    try {
      if (await act()) toast({ text: said })
      else if (isSaid) toast(null)
    } catch (error) {
      refused(error)
    } finally {
      clearTimeout(slow)
      refreshAll(client)
    }
  }
  const undoing = { doing: t('undoing'), said: t('undone') }
  return {
    refused,
    /** Ctrl-Z waits for a change between these two. */
    begin: () => undoStack.current.begin(),
    end: () => undoStack.current.end(),
    say: (text: string) => toast({ text }),
    /** Stays until it is known what comes of it. */
    begun: (text: string) => toast({ text, lasting: true }),
    /** It has come to nothing, or to a question. */
    still: () => toast(null),
    /** Takes something back from somewhere else than the toast. */
    again: (step: Step) => again(undoStack.current.push(step, Date.now()), undoing),
    done: (text: string, step: Step) => {
      const once = undoStack.current.push(step, Date.now())
      toast({ text, action: { label: common('undo'), run: () => void again(once, undoing) } })
    },
    undoLast: () => again(() => undoStack.current.undoLast(Date.now()), undoing),
    redoLast: () => again(() => undoStack.current.redoLast(Date.now()), { doing: t('redoing'), said: t('redone') }),
  }
}
