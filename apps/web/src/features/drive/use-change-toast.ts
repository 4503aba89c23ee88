'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useRef } from 'react'
import { useToast } from '../../components/toast.tsx'
import { refresh, refreshTree } from './folder-cache.ts'
import { UndoStack } from './undo-stack.ts'
import { useChangeText } from './use-change-text.ts'

/** Says what was done, with the way back; and what was refused, in the same place. */
export function useChangeToast() {
  const client = useQueryClient()
  const common = useTranslations('common')
  const t = useTranslations('change')
  const toast = useToast()
  const { refusal } = useChangeText()
  const undoStack = useRef(new UndoStack())
  const refused = (error: unknown) => toast({ text: refusal(error), problem: true })
  return {
    refused,
    /** Ctrl-Z waits for a change between these two. */
    begin: () => undoStack.current.begin(),
    end: () => undoStack.current.end(),
    done: (text: string, undo: () => Promise<void>) => {
      const once = undoStack.current.push(undo, Date.now())
      toast({ text, action: { label: common('undo'), run: () => void once().catch(refused) } })
    },
    undoLast: async () => {
      try {
        if (await undoStack.current.undoLast(Date.now())) toast({ text: t('undone') })
      } catch (error) {
        refused(error)
      }
    },
    /** Asks the server again for the folders that a change touched. */
    settle: (...folderIds: string[]) => {
      for (const id of new Set(folderIds)) refresh(client, id)
      refreshTree(client)
    },
  }
}
