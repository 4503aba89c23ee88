import { Layers, Link, ListChecks, type LucideIcon, ScrollText, Settings2, Users, UsersRound } from 'lucide-react'

/** The pages of the administration, in their order. */
export const adminPages = ['capacity', 'people', 'groups', 'shares', 'jobs', 'audit', 'settings'] as const
export type AdminPage = (typeof adminPages)[number]
export const adminIcons: Record<AdminPage, LucideIcon> = {
  capacity: Layers,
  people: Users,
  groups: UsersRound,
  shares: Link,
  jobs: ListChecks,
  audit: ScrollText,
  settings: Settings2,
}
