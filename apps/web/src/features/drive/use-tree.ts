'use client'

import { useQuery } from '@tanstack/react-query'
import { listFolders } from './api-client.ts'
import { treeKey } from './folder-cache.ts'
import type { FolderTree } from './schema.ts'

const FRESH_MS = 30_000

/** The folders directly inside a folder, asked for when it is opened in a tree. */
export function useTree(folderId: string, wanted: boolean): FolderTree['folders'] | undefined {
  const { data } = useQuery({
    queryKey: treeKey(folderId),
    queryFn: () => listFolders(folderId),
    enabled: wanted,
    staleTime: FRESH_MS,
    networkMode: 'offlineFirst',
  })
  return data?.folders
}
