'use client'

import type { ReactNode } from 'react'
import { type EntryDoors, EntryDoorsProvider } from '../../features/drive/entry-doors.tsx'
import { useShareDoors } from './use-share-doors.tsx'

/** Opens the doors of the other features to the drive: each line is one, what it shows stands beside the children. */
export function DriveDoors({ children }: { children: ReactNode }) {
  const share = useShareDoors()
  const doors: EntryDoors = { ...share.doors }
  return (
    <EntryDoorsProvider value={doors}>
      {children}
      {share.dialog}
    </EntryDoorsProvider>
  )
}
