'use client'

import dynamic from 'next/dynamic'
import { type ReactNode, useState } from 'react'

// Few looks last so long.
const LookingDialog = dynamic(async () => (await import('../../features/uploads/looking-dialog.tsx')).LookingDialog)

const SHOWN_AFTER_MS = 1_000
/** A look at fewer is over before it could be read, or waits for a server that is slow with everything. */
const SHOWN_FROM = 1_000
const TOLD_EVERY_MS = 200

/** One look at files that were chosen or dropped. */
export type Look = {
  /** How many were looked at, and of how many, where that is known. False: the person does not want them any more. */
  tell: (done: number, all: number | null) => boolean
  end: () => void
}

type Shown = { look: object; done: number; all: number | null; cancel: () => void }

/** Says how far it is when a look at files takes long, and lets people leave. */
export function useLooking(): { begin: () => Look; dialog: ReactNode } {
  const [shown, setShown] = useState<Shown | null>(null)
  const begin = (): Look => {
    const look = { isWanted: true, tellAt: performance.now() + SHOWN_AFTER_MS }
    const end = () => setShown((before) => (before?.look === look ? null : before))
    const cancel = () => {
      look.isWanted = false
      end()
    }
    return {
      tell: (done, all) => {
        const now = performance.now()
        if (!look.isWanted || now < look.tellAt || (all ?? done) < SHOWN_FROM) return look.isWanted
        look.tellAt = now + TOLD_EVERY_MS
        setShown((before) => (before === null || before.look === look ? { look, done, all, cancel } : before))
        return true
      },
      end,
    }
  }
  return {
    begin,
    dialog: shown === null ? null : <LookingDialog done={shown.done} all={shown.all} onCancel={shown.cancel} />,
  }
}
