'use client'

import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { ROOT_ID } from './api-client.ts'
import { type Place, placeId, placeOfId, placeOfPath, placePath } from './place.ts'
import type { Target } from './use-drive-changes.ts'

export type Opening = {
  /** The browser's button Back does not lead to what was open before. */
  inPlace?: boolean
  /** From below the top folder down to and with the folder, where that is known. */
  path?: readonly Target[]
}

/**
 * The listing that the address names; null on pages that are no listing. Going from one listing to another changes the
 * address without asking the server for a page.
 */
export function useFolderRoute(): {
  place: Place | null
  folderId: string
  open: (folderId: string, how?: Opening) => void
} {
  const router = useRouter()
  const place = placeOfPath(`${usePathname()}?${useSearchParams()}`)
  return {
    place,
    folderId: place === null ? ROOT_ID : placeId(place),
    open: (folderId, { inPlace = false } = {}) => {
      const path = placePath(placeOfId(folderId) ?? { kind: 'folder', id: ROOT_ID })
      if (window.location.pathname + window.location.search === path) return
      if (place === null) router.push(path)
      else if (inPlace) window.history.replaceState(null, '', path)
      else window.history.pushState(null, '', path)
    },
  }
}
