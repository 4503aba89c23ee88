'use client'

import { Check } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { Fragment } from 'react'
import { createPortal } from 'react-dom'
import { cn } from './class-names.ts'
import { Icon } from './icon.tsx'
import { type MenuAction, type MenuGroups, shownGroups } from './menu-action.ts'

/** What a menu opens beside, in the window. */
export type MenuBox = { left: number; top: number; width: number; height: number }

type MenuListProps = {
  box: MenuBox
  open: boolean
  onOpenChange: (open: boolean) => void
  label: string
  groups: MenuGroups
  align: 'start' | 'end'
  onCloseAutoFocus: (event: Event) => void
}

/** An open menu. Its code comes with the first one that is opened. */
export function MenuList({ box, open, onOpenChange, label, groups, align, onCloseAutoFocus }: MenuListProps) {
  return (
    <DropdownMenu.Root open={open} onOpenChange={onOpenChange}>
      {createPortal(
        <DropdownMenu.Trigger asChild>
          <span aria-hidden="true" className="pointer-events-none fixed" style={box} />
        </DropdownMenu.Trigger>,
        document.body,
      )}
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          aria-label={label}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          loop
          onCloseAutoFocus={onCloseAutoFocus}
          className="z-40 min-w-[232px] origin-(--radix-dropdown-menu-content-transform-origin) rounded-card bg-raised p-1.5 shadow-2 outline-none data-[state=closed]:animate-menu-out data-[state=open]:animate-menu forced-colors:border"
        >
          {shownGroups(groups).map((group, index) => (
            <Fragment key={group[0]?.id}>
              {index > 0 ? <DropdownMenu.Separator className="mx-1 my-1.5 h-px bg-line" /> : null}
              {group.map((action) => (
                <MenuRow key={action.id} action={action} />
              ))}
            </Fragment>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

function MenuRow({ action }: { action: MenuAction }) {
  return (
    <DropdownMenu.Item
      onSelect={action.run}
      {...(action.checked === undefined ? {} : { role: 'menuitemradio', 'aria-checked': action.checked })}
      className={cn(
        'flex h-[34px] select-none items-center gap-2.5 rounded-tile px-2.5 outline-none data-[highlighted]:bg-hover coarse:h-11 forced-colors:data-[highlighted]:outline-2',
        action.danger === true ? 'text-danger' : '[&>svg]:text-ink-2',
      )}
    >
      <Icon of={action.icon} />
      <span className="pr-6">{action.label}</span>
      {action.keys === undefined ? null : (
        <kbd className="ml-auto font-medium font-sans text-11 text-ink-3">{action.keys}</kbd>
      )}
      {action.checked === true ? <Icon of={Check} size="small" className="ml-auto text-accent-text!" /> : null}
    </DropdownMenu.Item>
  )
}
