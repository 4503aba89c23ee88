'use client'

import { Server, User, UsersRound } from 'lucide-react'
import { usePathname, useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import type { AdminFound } from '../../features/admin/schema.ts'
import { storageHref } from '../../features/admin/storage-href.ts'
import type { PaletteCommand, PaletteFinding } from '../../features/search/palette-items.ts'
import { callApi } from '../../lib/call-api.ts'
import { adminIcons, adminPages } from './admin-pages.ts'

type AdminFinding = { finding: PaletteFinding | null; commands: PaletteCommand[] }

/** What the palette does besides on the pages of the administration: it goes to them, and finds people and storages. */
export function useAdminFinding(): AdminFinding {
  const t = useTranslations('admin')
  const search = useTranslations('search')
  const router = useRouter()
  if (!usePathname().startsWith('/admin')) return { finding: null, commands: [] }
  const commands = adminPages.map((page) => ({
    id: `admin-${page}`,
    label: search('goTo', { name: t(page) }),
    icon: adminIcons[page],
    run: () => router.push(`/admin/${page}`),
  }))
  const finding: PaletteFinding = async (text, signal) => {
    const found = await callApi<AdminFound>(`/api/admin/find?q=${encodeURIComponent(text)}`, { signal })
    const person = ({ id, name, email }: AdminFound['people'][number]): PaletteCommand => ({
      id: `person-${id}`,
      label: name,
      note: email,
      icon: User,
      run: () => router.push(`/admin/people?${new URLSearchParams({ q: email, open: id })}`),
    })
    const storage = (of: AdminFound['storages'][number]): PaletteCommand => ({
      id: `storage-${of.group}-${of.id}`,
      label: of.id,
      note: of.id === of.ip ? of.group : `${of.group} · ${of.ip}`,
      icon: Server,
      run: () => router.push(storageHref(of)),
    })
    const group = ({ id, name }: AdminFound['groups'][number]): PaletteCommand => ({
      id: `group-${id}`,
      label: name,
      icon: UsersRound,
      run: () => router.push(`/admin/groups?${new URLSearchParams({ open: id })}`),
    })
    return [
      { title: 'people', commands: found.people.map(person) },
      { title: 'groups', commands: found.groups.map(group) },
      { title: 'storages', commands: found.storages.map(storage) },
    ]
  }
  return { finding, commands }
}
