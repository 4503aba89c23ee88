'use client'

import { Popover } from 'radix-ui'
import { type ReactNode, type RefObject, useRef } from 'react'
import { cn } from './class-names.ts'

type AnchoredPanelProps = {
  /** The button that opens it: it stands below this, and gives the focus back to it. */
  anchor: RefObject<HTMLButtonElement | null>
  open: boolean
  onOpenChange: (open: boolean) => void
  label: string
  className: string
  children: ReactNode
}

/** A small panel below a button of the bar. Its code comes when it is opened for the first time. */
export function AnchoredPanel({ anchor, open, onOpenChange, label, className, children }: AnchoredPanelProps) {
  const left = useRef(false)
  return (
    <Popover.Root open={open} onOpenChange={onOpenChange}>
      <Popover.Anchor virtualRef={{ current: anchor.current ?? document.body }} />
      <Popover.Portal>
        <Popover.Content
          aria-label={label}
          align="end"
          sideOffset={8}
          collisionPadding={8}
          onInteractOutside={(event) => {
            // The button closes the panel itself.
            if (event.target instanceof Node && anchor.current?.contains(event.target)) event.preventDefault()
            else left.current = true
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault()
            if (!left.current) anchor.current?.focus()
            left.current = false
          }}
          className={cn(
            'z-40 origin-(--radix-popover-content-transform-origin) rounded-card bg-raised p-1.5 shadow-2 outline-none data-[state=closed]:animate-menu-out data-[state=open]:animate-menu forced-colors:border',
            className,
          )}
        >
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
