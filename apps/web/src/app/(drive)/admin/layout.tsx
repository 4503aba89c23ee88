import { notFound } from 'next/navigation'
import type { ReactNode } from 'react'
import { currentUser } from '../../../features/auth/session.ts'
import { AdminTabs } from './admin-tabs.tsx'

/** For administrators; everybody else finds nothing here. */
export default async function AdminLayout({ children }: { children: ReactNode }) {
  const user = await currentUser()
  if (user?.role !== 'admin') notFound()
  return (
    <>
      <AdminTabs />
      {children}
    </>
  )
}
