'use client'

import type { ReactNode } from 'react'
import { type EntryDoors, EntryDoorsProvider } from '../../features/drive/entry-doors.tsx'

/** Opens the doors of the other features to the drive: each line is one, what it shows stands beside the children. */
export function DriveDoors({ children }: { children: ReactNode }) {
  const doors: EntryDoors = {}
  return <EntryDoorsProvider value={doors}>{children}</EntryDoorsProvider>
}
