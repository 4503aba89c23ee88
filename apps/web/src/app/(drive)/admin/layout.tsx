import { notFound } from 'next/navigation'
import type { ReactNode } from 'react'
import { currentUser } from '../../../features/auth/session.ts'
import { SectionMessages } from '../../../i18n/section-messages.tsx'
import { AdminTabs } from './admin-tabs.tsx'

/** For administrators; everybody else finds nothing here. */
export default async function AdminLayout({ children }: { children: ReactNode }) {
  const user = await currentUser()
  if (user?.role !== 'admin') notFound()
  return (
    <SectionMessages section="admin">
      <AdminTabs />
      {children}
    </SectionMessages>
  )
}
