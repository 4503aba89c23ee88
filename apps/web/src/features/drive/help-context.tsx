'use client'

import dynamic from 'next/dynamic'
import { createContext, type ReactNode, useContext, useState } from 'react'
import { useOnceOpen } from '../../components/use-once-open.ts'

const KeyboardDialog = dynamic(() => import('./keyboard-dialog.tsx').then((module) => module.KeyboardDialog), {
  ssr: false,
})

const HelpContext = createContext<() => void>(() => undefined)

/** Opens the keyboard help. */
export const useHelp = () => useContext(HelpContext)

export function HelpProvider({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false)
  const needed = useOnceOpen(open)
  return (
    <HelpContext value={() => setOpen(true)}>
      {children}
      {needed ? <KeyboardDialog open={open} onOpenChange={setOpen} /> : null}
    </HelpContext>
  )
}
