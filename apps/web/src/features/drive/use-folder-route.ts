'use client'

import { usePathname } from 'next/navigation'
import { ROOT_ID } from './api-client.ts'

export function folderPath(folderId: string): string {
  return folderId === ROOT_ID ? '/drive' : `/drive/${encodeURIComponent(folderId)}`
}

/** The folder that the address names. Opening one changes the address without asking the server for a page. */
export function useFolderRoute(): { folderId: string; open: (folderId: string) => void } {
  const [, , id] = usePathname().split('/')
  return {
    folderId: id === undefined || id === '' ? ROOT_ID : decodeURIComponent(id),
    open: (folderId) => {
      const path = folderPath(folderId)
      if (window.location.pathname !== path) window.history.pushState(null, '', path)
    },
  }
}
