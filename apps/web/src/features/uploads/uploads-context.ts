'use client'

import { createContext, useContext } from 'react'
import type { Uploads } from './use-uploads.ts'

const Context = createContext<Uploads | null>(null)

/** The uploads of the page around. */
export const UploadsProvider = Context.Provider

export function useOwnUploads(): Uploads {
  const uploads = useContext(Context)
  if (uploads === null) throw new Error('There are no uploads around this')
  return uploads
}
