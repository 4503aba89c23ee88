import type { LucideIcon } from 'lucide-react'

export type MenuAction = {
  id: string
  label: string
  /** For bars, where there is little room. */
  short?: string
  icon: LucideIcon
  /** The key that does the same, as shown: "F2", "Ctrl A". */
  keys?: string
  danger?: boolean
  /** Set for one of several choices: whether it is the chosen one. */
  checked?: boolean
  run: () => void
}

/** Groups are kept apart by a line; a group without actions leaves none. */
export type MenuGroups = readonly (readonly MenuAction[])[]

export function shownGroups(groups: MenuGroups): MenuGroups {
  return groups.filter((group) => group.length > 0)
}
