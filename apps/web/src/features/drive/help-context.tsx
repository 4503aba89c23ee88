'use client'

import { createContext, type ReactNode, useContext, useState } from 'react'
import { KeyboardDialog } from './keyboard-dialog.tsx'

const HelpContext = createContext<() => void>(() => undefined)

/** Opens the keyboard help. */
export const useHelp = () => useContext(HelpContext)

export function HelpProvider({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false)
  return (
    <HelpContext value={() => setOpen(true)}>
      {children}
      <KeyboardDialog open={open} onOpenChange={setOpen} />
    </HelpContext>
  )
}
