'use client'

import { usePathname } from 'next/navigation'
import { folderIdOf, folderPath } from './folder-path.ts'

/** The folder that the address names. Opening one changes the address without asking the server for a page. */
export function useFolderRoute(): { folderId: string; open: (folderId: string) => void } {
  return {
    folderId: folderIdOf(usePathname()),
    open: (folderId) => {
      const path = folderPath(folderId)
      if (window.location.pathname !== path) window.history.pushState(null, '', path)
    },
  }
}
