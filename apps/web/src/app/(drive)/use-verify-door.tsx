'use client'

import dynamic from 'next/dynamic'
import { type ReactNode, useState } from 'react'
import type { EntryDoors } from '../../features/drive/entry-doors.tsx'
import type { EntryItem } from '../../features/drive/schema.ts'
import { focusEntry } from '../../features/drive/use-folder-pane.ts'

const VerifyDialog = dynamic(
  () => import('../../features/details/verify-dialog.tsx').then((module) => module.VerifyDialog),
  { ssr: false },
)

/** Has files read again at every storage that holds them. */
export function useVerifyDoor(): { verify: NonNullable<EntryDoors['verify']>; dialog: ReactNode } {
  const [entries, setEntries] = useState<readonly EntryItem[] | null>(null)
  const dialog =
    entries === null ? null : (
      <VerifyDialog
        entries={entries}
        onClose={() => setEntries(null)}
        onReturnFocus={() => focusEntry(entries[0]?.id ?? null)}
      />
    )
  return { verify: setEntries, dialog }
}
