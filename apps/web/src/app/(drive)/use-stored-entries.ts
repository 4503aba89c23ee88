'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { ROOT_ID } from '../../features/drive/api-client.ts'
import { addTo, refresh, refreshGathered, refreshSums, refreshTree } from '../../features/drive/folder-cache.ts'
import type { EntryItem } from '../../features/drive/schema.ts'
import type { UploadEvents } from '../../features/uploads/upload-outcomes.ts'
import { Settling } from './settling.ts'

/** What is stored at the same moment is listed together. */
const GATHER_MS = 20
const PAUSE_MS = 150
/** Of many files nobody sees each one come, and the list is not drawn anew for each. */
const MANY_ENTRIES = 20
const PAUSE_MANY_MS = 750
/** Sums follow what is stored; lists are asked for again when nothing comes any more, or seldom. */
const SUMS = { quietMs: 500, latestMs: 4_000, restMs: 2_000 }
const LISTS = { quietMs: 1_500, latestMs: 10_000 }
/** The first folders of a drop are there before its files are sent, and people look for them. */
const FOLDERS = { quietMs: 100, latestMs: 100, restMs: 10_000 }

/**
 * Brings uploaded files into the lists, and the sums after them. Single entries are put in their place at once; the
 * first folders of a folder drop come soon; later ones, and what the server sorted differently, with one question after
 * things are quiet again.
 */
export function useStoredEntries(): UploadEvents {
  const client = useQueryClient()
  return useMemo(() => {
    const arrived = new Map<string, EntryItem[]>()
    const unsettled = new Set<string>()
    let gathering: ReturnType<typeof setTimeout> | null = null
    let restsUntil = 0

    const list = () => {
      gathering = null
      const count = [...arrived.values()].reduce((sum, entries) => sum + entries.length, 0)
      restsUntil = Date.now() + (count < MANY_ENTRIES ? PAUSE_MS : PAUSE_MANY_MS)
      for (const [folderId, entries] of arrived) addTo(client, folderId, entries)
      arrived.clear()
    }
    const gather = () => {
      if (gathering !== null) return
      gathering = setTimeout(list, Math.max(GATHER_MS, restsUntil - Date.now()))
    }
    const sums = new Settling({ ...SUMS, run: () => refreshSums(client) })
    const lists = new Settling({
      ...LISTS,
      run: () => {
        for (const id of unsettled) refresh(client, id)
        unsettled.clear()
        refreshTree(client)
        refreshGathered(client)
      },
    })
    const prepared = new Set<string>()
    const folders = new Settling({
      ...FOLDERS,
      run: () => {
        for (const id of prepared) refresh(client, id)
        prepared.clear()
        refreshTree(client)
      },
    })
    const settle = (folderId: string) => {
      unsettled.add(folderId)
      lists.note()
      sums.note()
    }
    return {
      onStored: (entry, { folderId, path }) => {
        if (entry !== null && path === '') {
          const entries = arrived.get(folderId) ?? []
          entries.push(entry)
          arrived.set(folderId, entries)
          gather()
        }
        settle(folderId)
        // A folder that was deleted meanwhile: the file lies in the top folder.
        settle(ROOT_ID)
      },
      onPrepared: (folderIds, withFolders) => {
        for (const folderId of folderIds) settle(folderId)
        if (!withFolders) return
        for (const folderId of folderIds) prepared.add(folderId)
        folders.note()
      },
      onReleased: () => sums.note(),
      onIdle: () => {
        if (gathering === null) return
        clearTimeout(gathering)
        list()
      },
    }
  }, [client])
}
