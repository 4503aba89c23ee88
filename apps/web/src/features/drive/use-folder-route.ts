'use client'

import { usePathname, useRouter } from 'next/navigation'
import { ROOT_ID } from './api-client.ts'
import { type Place, placeId, placeOfId, placeOfPath, placePath } from './place.ts'

/**
 * The listing that the address names; null on pages that are no listing. Going from one listing to another changes the
 * address without asking the server for a page.
 */
export function useFolderRoute(): { place: Place | null; folderId: string; open: (folderId: string) => void } {
  const router = useRouter()
  const place = placeOfPath(usePathname())
  return {
    place,
    folderId: place === null ? ROOT_ID : placeId(place),
    open: (folderId) => {
      const path = placePath(placeOfId(folderId) ?? { kind: 'folder', id: ROOT_ID })
      if (window.location.pathname === path) return
      if (place === null) router.push(path)
      else window.history.pushState(null, '', path)
    },
  }
}
