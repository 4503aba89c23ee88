'use client'

import type { LucideIcon } from 'lucide-react'
import { usePathname } from 'next/navigation'
import type { ReactNode } from 'react'
import { cn } from '../../components/class-names.ts'
import { Icon } from '../../components/icon.tsx'
import { PageLink } from '../../components/page-link.tsx'
import { useDrive } from '../../features/drive/drive-context.tsx'
import { placeId, placeOfPath } from '../../features/drive/place.ts'

type NavLinkProps = {
  href: string
  icon?: LucideIcon
  /** In the icon's place. */
  mark?: ReactNode
  /** Class of the icon's colour; by default that of hints. */
  tone?: string
  onOpened?: (() => void) | undefined
  /** What stands at the right: a count. */
  note?: ReactNode
  children: ReactNode
}

/** A line of the sidebar. Listings open without asking the server for a page. */
export function NavLink({ href, icon, mark, tone = 'text-ink-3', onOpened, note, children }: NavLinkProps) {
  const drive = useDrive()
  const pathname = usePathname()
  const here = pathname === href || pathname.startsWith(`${href}/`)
  const place = placeOfPath(href)
  return (
    <PageLink
      href={href}
      aria-current={here ? 'page' : undefined}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return
        if (place !== null && drive.place !== null) {
          event.preventDefault()
          // A press with the mouse gives the list the keys, Enter leaves them here.
          if (event.detail > 0) event.currentTarget.blur()
          drive.open(placeId(place))
        }
        onOpened?.()
      }}
      draggable={false}
      className={cn(
        'flex h-8 items-center gap-2.5 rounded-button px-2.5 coarse:h-11',
        here ? 'bg-select-2 font-[550] text-accent-text' : 'font-[450] text-ink-2 hover:bg-hover hover:text-ink',
      )}
    >
      {icon === undefined ? mark : <Icon of={icon} className={here ? '' : tone} />}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {note === undefined ? null : (
        <span className={cn('text-12 tabular-nums', here ? 'text-ink-2' : 'text-ink-3')}>{note}</span>
      )}
    </PageLink>
  )
}
