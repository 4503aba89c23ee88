import type { ReactNode } from 'react'
import { DoorFrame } from '../../components/door-frame.tsx'
import { SectionMessages } from '../../i18n/section-messages.tsx'

export default function DoorLayout({ children }: { children: ReactNode }) {
  return (
    <SectionMessages section="door">
      <DoorFrame>{children}</DoorFrame>
    </SectionMessages>
  )
}
