'use client'

import { Check } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import { Fragment, type ReactNode } from 'react'
import { cn } from './class-names.ts'
import { Icon } from './icon.tsx'
import { type MenuGroups, shownGroups } from './menu-action.ts'
import { SheetHandle } from './sheet-handle.tsx'

type SheetProps = {
  open: boolean
  onOpenChange: (open: boolean) => void
  label: string
  children: ReactNode
  onCloseAutoFocus?: (event: Event) => void
}

/** A sheet from below for phones. */
export function Sheet({ open, onOpenChange, label, children, onCloseAutoFocus }: SheetProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-scrim data-[state=closed]:pointer-events-none! data-[state=closed]:animate-dialog-out data-[state=open]:animate-fade" />
        <Radix.Content
          aria-describedby={undefined}
          {...(onCloseAutoFocus === undefined ? {} : { onCloseAutoFocus })}
          className="fixed inset-x-0 bottom-0 z-40 max-h-[calc(100dvh-24px)] overflow-y-auto rounded-t-sheet bg-raised px-3 pb-[max(20px,env(safe-area-inset-bottom))] shadow-3 outline-none data-[state=closed]:animate-sheet-out data-[state=open]:animate-sheet forced-colors:border"
        >
          <Radix.Title className="sr-only">{label}</Radix.Title>
          <SheetHandle onAway={() => onOpenChange(false)} />
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

type ActionSheetProps = Omit<SheetProps, 'children'> & { groups: MenuGroups; header?: ReactNode }

/** The phone's form of a menu: rows of 48 px, what destroys comes last behind a line. */
export function ActionSheet({ groups, header, onOpenChange, ...rest }: ActionSheetProps) {
  return (
    <Sheet onOpenChange={onOpenChange} {...rest}>
      {header === undefined ? null : <div className="flex items-center gap-3.5 px-3 pb-3">{header}</div>}
      {shownGroups(groups).map((group, index) => (
        <Fragment key={group[0]?.id}>
          {index > 0 ? <hr className="mx-3 my-1.5 border-line" /> : null}
          {group.map((action) => (
            <button
              key={action.id}
              type="button"
              {...(action.checked === undefined ? {} : { 'aria-pressed': action.checked })}
              onClick={() => {
                onOpenChange(false)
                action.run()
              }}
              className={cn(
                'flex h-12 w-full items-center gap-[18px] rounded-button px-3 text-15 active:bg-press',
                action.danger === true && 'text-danger',
              )}
            >
              <Icon of={action.icon} size="large" />
              {action.label}
              {action.checked === true ? <Icon of={Check} className="ml-auto text-accent-text" /> : null}
            </button>
          ))}
        </Fragment>
      ))}
    </Sheet>
  )
}
