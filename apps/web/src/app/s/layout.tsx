import type { ReactNode } from 'react'
import { SectionMessages } from '../../i18n/section-messages.tsx'

export default function VisitorLayout({ children }: { children: ReactNode }) {
  return <SectionMessages section="visitor">{children}</SectionMessages>
}
