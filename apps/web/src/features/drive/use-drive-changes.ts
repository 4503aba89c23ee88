'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { createFolder, moveEntries, renameEntry, restoreEntries, trashEntries } from './api-client.ts'
import { addTo, changeIn, refreshTree, removeFrom } from './folder-cache.ts'
import type { EntryItem } from './schema.ts'
import { useChangeToast } from './use-change-toast.ts'

export type Target = { id: string; name: string }

/** Entries that something is done to; `name` is that of the first. */
export type Chosen = { ids: readonly string[]; name: string }

export type DriveChanges = ReturnType<typeof useDriveChanges>

/**
 * Everything that changes the drive. The list changes in the same frame; when the server refuses, it flashes back and
 * the reason takes the toast's place. Without a network the change waits for it.
 */
export function useDriveChanges(folderId: string) {
  const toast = useChangeToast()
  const create = useCreate(folderId)
  const rename = useRename(folderId, toast)
  const move = useMove(folderId, toast)
  const trash = useTrash(folderId, toast)
  const waiting = [
    ...(rename.isPaused ? [rename.variables?.entry.id ?? ''] : []),
    ...(move.isPaused ? (move.variables?.chosen.ids ?? []) : []),
    ...(trash.isPaused ? (trash.variables?.ids ?? []) : []),
  ]
  return {
    create: create.mutateAsync,
    rename: rename.mutateAsync,
    move: (chosen: Chosen, target: Target) => move.mutate({ chosen, target }),
    trash: (chosen: Chosen) => trash.mutate(chosen),
    undoLast: toast.undoLast,
    /** Entries whose change waits for the network. */
    waitingIds: new Set(waiting),
  }
}

type ChangeToast = ReturnType<typeof useChangeToast>

function useCreate(folderId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (name: string) => createFolder(folderId, name),
    onSuccess: (entry) => {
      addTo(client, folderId, [entry])
      refreshTree(client)
    },
  })
}

function useRename(folderId: string, toast: ChangeToast) {
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
      toast.done(t('renamed', { name }), async () => {
        await renameEntry(entry.id, entry.name)
        toast.settle(folderId)
      })
    },
    // The dialog says why, with the text kept.
    onError: (_error, _variables, takeBack) => takeBack?.(),
  })
}

function useMove(folderId: string, toast: ChangeToast) {
  const client = useQueryClient()
  const t = useTranslations('change')
  return useMutation({
    mutationFn: ({ chosen, target }: { chosen: Chosen; target: Target }) => moveEntries(chosen.ids, target.id),
    onMutate: ({ chosen }) => {
      toast.begin()
      return removeFrom(client, folderId, new Set(chosen.ids))
    },
    onSettled: toast.end,
    onSuccess: (moved, { chosen, target }) => {
      addTo(client, target.id, moved)
      toast.settle(folderId, target.id)
      toast.done(t('moved', { n: chosen.ids.length, name: chosen.name, target: target.name }), async () => {
        await moveEntries(chosen.ids, folderId)
        toast.settle(folderId, target.id)
      })
    },
    onError: (error, _variables, takeBack) => {
      takeBack?.()
      toast.refused(error)
    },
  })
}

function useTrash(folderId: string, toast: ChangeToast) {
  const client = useQueryClient()
  const t = useTranslations('change')
  return useMutation({
    mutationFn: ({ ids }: Chosen) => trashEntries(ids),
    onMutate: ({ ids }) => {
      toast.begin()
      return removeFrom(client, folderId, new Set(ids))
    },
    onSettled: toast.end,
    onSuccess: (trashIds, { ids, name }) => {
      toast.settle(folderId)
      toast.done(t('trashed', { n: ids.length, name }), async () => {
        addTo(client, folderId, await restoreEntries(trashIds))
        toast.settle(folderId)
      })
    },
    onError: (error, _variables, takeBack) => {
      takeBack?.()
      toast.refused(error)
    },
  })
}
