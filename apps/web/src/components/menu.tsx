'use client'

import { Check } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { Fragment, type ReactNode, useState } from 'react'
import { ActionSheet } from './action-sheet.tsx'
import { cn } from './class-names.ts'
import { Icon } from './icon.tsx'
import { type MenuAction, type MenuGroups, shownGroups } from './menu-action.ts'
import { usePhone } from './use-media-query.ts'

type MenuProps = { trigger: ReactNode; label: string; groups: MenuGroups; align?: 'start' | 'end' }

/** A button that opens a menu; on phones the same actions come as a sheet. */
export function Menu({ trigger, label, groups, align = 'end' }: MenuProps) {
  const [open, setOpen] = useState(false)
  const phone = usePhone()
  return (
    <>
      <DropdownMenu.Root open={open && !phone} onOpenChange={setOpen}>
        <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
        <MenuContent groups={groups} align={align} label={label} />
      </DropdownMenu.Root>
      {phone ? <ActionSheet open={open} onOpenChange={setOpen} label={label} groups={groups} /> : null}
    </>
  )
}

type PointMenuProps = {
  /** Where in the window it opens; null: closed. */
  point: { x: number; y: number } | null
  onClose: () => void
  label: string
  groups: MenuGroups
  /** Shown at the top of the sheet on phones. */
  header?: ReactNode
  /** Takes the focus back when the menu is gone. */
  onReturnFocus: () => void
}

/** A menu at a point: right click, the menu key, the "more" button of a row. */
export function PointMenu({ point, onClose, label, groups, header, onReturnFocus }: PointMenuProps) {
  const phone = usePhone()
  const close = (open: boolean) => {
    if (!open) onClose()
  }
  const returnFocus = (event: Event) => {
    event.preventDefault()
    onReturnFocus()
  }
  if (phone) {
    return (
      <ActionSheet
        open={point !== null}
        onOpenChange={close}
        label={label}
        groups={groups}
        header={header}
        onCloseAutoFocus={returnFocus}
      />
    )
  }
  return (
    <DropdownMenu.Root open={point !== null} onOpenChange={close}>
      <DropdownMenu.Trigger asChild>
        <span
          aria-hidden="true"
          className="pointer-events-none fixed size-0"
          style={{ left: point?.x ?? 0, top: point?.y ?? 0 }}
        />
      </DropdownMenu.Trigger>
      <MenuContent groups={groups} align="start" label={label} onCloseAutoFocus={returnFocus} />
    </DropdownMenu.Root>
  )
}

type MenuContentProps = {
  groups: MenuGroups
  align: 'start' | 'end'
  label: string
  onCloseAutoFocus?: (event: Event) => void
}

function MenuContent({ groups, align, label, onCloseAutoFocus }: MenuContentProps) {
  return (
    <DropdownMenu.Portal>
      <DropdownMenu.Content
        aria-label={label}
        align={align}
        sideOffset={6}
        collisionPadding={8}
        loop
        {...(onCloseAutoFocus === undefined ? {} : { onCloseAutoFocus })}
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
