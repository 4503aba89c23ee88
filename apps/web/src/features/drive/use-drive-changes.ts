'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { nameInSentence } from '../../components/split-name.ts'
import { createFolder, ROOT_ID, renameEntry } from './api-client.ts'
import type { Chosen } from './chosen.ts'
import { addTo, changeIn, distrustOthers, refreshTree, refreshWhenGone } from './folder-cache.ts'
import { placeOfId } from './place.ts'
import type { EntryItem } from './schema.ts'
import type { Step } from './undo-stack.ts'
import { useBulkChanges } from './use-bulk-changes.ts'
import { useChangeToast } from './use-change-toast.ts'

export type Target = { id: string; name: string }
export type { Chosen }

export type DriveChanges = ReturnType<typeof useDriveChanges>

/**
 * Everything that changes the drive. The list changes in the same frame; when the server refuses, it flashes back and
 * the reason takes the toast's place. Without a network the change waits for it.
 */
export function useDriveChanges(folderId: string) {
  const toast = useChangeToast()
  // What is gathered from the whole drive has no folders of its own.
  const create = useCreate(placeOfId(folderId)?.kind === 'folder' ? folderId : ROOT_ID)
  const rename = useRename(folderId, toast)
  const bulk = useBulkChanges(folderId, toast)
  return {
    ...bulk,
    create: create.mutateAsync,
    rename: rename.mutateAsync,
    undoLast: toast.undoLast,
    redoLast: toast.redoLast,
    /** Says what others have changed about entries, with the way back; begin and end as for changes of our own. */
    report: toast,
    /** Entries whose change waits for the network. */
    waitingIds: new Set([...(rename.isPaused ? [rename.variables?.entry.id ?? ''] : []), ...bulk.waitingIds]),
  }
}

function useCreate(folderId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (name: string) => createFolder(folderId, name),
    onSuccess: (entry) => {
      addTo(client, folderId, [entry])
      refreshTree(client)
      distrustOthers(client)
    },
    onError: (error) => refreshWhenGone(client, error),
  })
}

/** Gives an entry a name; taken back it gets the other one. */
function renaming(id: string, to: string, from: string): Step {
  return async () => {
    await renameEntry(id, to)
    return renaming(id, from, to)
  }
}

function useRename(folderId: string, toast: ReturnType<typeof useChangeToast>) {
  const client = useQueryClient()
  const t = useTranslations('change')
  return useMutation({
    mutationFn: ({ entry, name }: { entry: EntryItem; name: string }) => renameEntry(entry.id, name),
    onMutate: ({ entry, name }) => {
      toast.begin()
      return changeIn(client, folderId, entry.id, { name })
    },
    onSettled: toast.end,
    onSuccess: ({ name }, { entry }) => {
      refreshTree(client)
      distrustOthers(client)
      toast.done(t('renamed', { name: nameInSentence(name) }), renaming(entry.id, entry.name, name))
    },
    // The dialog says why, with the text kept.
    onError: (error, _variables, takeBack) => {
      takeBack?.()
      refreshWhenGone(client, error)
    },
  })
}
