'use client'

import { createContext, useContext } from 'react'

/** Where the sources of a file are asked for: one's own drive, or elsewhere where a page says so. */
const PreviewAddressContext = createContext((id: string) => `/api/drive/entries/${encodeURIComponent(id)}/preview`)

export const PreviewAddressProvider = PreviewAddressContext
export const usePreviewAddress = () => useContext(PreviewAddressContext)
