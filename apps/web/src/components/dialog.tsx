'use client'

import { X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Dialog as Radix } from 'radix-ui'
import { type ReactNode, useRef } from 'react'
import { IconButton } from './button.tsx'
import { cn } from './class-names.ts'
import { Icon } from './icon.tsx'
import { SheetHandle } from './sheet-handle.tsx'
import { giveFocusBack, useKeysWhileOpen, useOpener } from './use-opener.ts'

type DialogProps = {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  /** Said to readers, and shown under the title unless `quiet`. */
  description?: string
  /** Before the title: the tile of what the dialog is about. */
  lead?: ReactNode
  children: ReactNode
  className?: string
  /** Where focus goes back to; by default to what had it before. */
  onCloseAutoFocus?: (event: Event) => void
}

/** One component, two forms: a dialog in the middle, on phones a sheet from below that can be dragged away. */
export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  lead,
  children,
  className,
  onCloseAutoFocus,
}: DialogProps) {
  const t = useTranslations('common')
  const opener = useOpener(open)
  const content = useRef<HTMLDivElement>(null)
  useKeysWhileOpen(open, content, focusFirst)
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-scrim data-[state=closed]:pointer-events-none! data-[state=closed]:animate-dialog-out data-[state=open]:animate-fade" />
        {/* Fades out with what it holds: Radix takes it away at once when it has no animation of its own. */}
        <div
          data-state={open ? 'open' : 'closed'}
          inert={!open}
          className="pointer-events-none fixed inset-0 z-40 grid place-items-center p-4 data-[state=closed]:animate-dialog-out phone:items-end phone:p-0"
        >
          <Radix.Content
            ref={content}
            {...(description === undefined ? { 'aria-describedby': undefined } : {})}
            onOpenAutoFocus={(event) => {
              if (event.currentTarget instanceof HTMLElement && focusFirst(event.currentTarget)) event.preventDefault()
            }}
            onCloseAutoFocus={(event) => {
              // What was opened meanwhile keeps the focus.
              if (onCloseAutoFocus !== undefined && document.activeElement === document.body) {
                onCloseAutoFocus(event)
                return
              }
              event.preventDefault()
              giveFocusBack(opener.current)
            }}
            className={cn(
              'pointer-events-auto flex max-h-full w-full max-w-[480px] flex-col overflow-hidden rounded-dialog bg-raised shadow-3 outline-none data-[state=closed]:animate-dialog-out data-[state=open]:animate-dialog forced-colors:border',
              'phone:max-h-[calc(100dvh-24px)] phone:max-w-none phone:rounded-b-none phone:rounded-t-sheet phone:data-[state=closed]:animate-sheet-out phone:data-[state=open]:animate-sheet',
              className,
            )}
          >
            <SheetHandle onAway={() => onOpenChange(false)} />
            <div className="flex items-center gap-3 pt-5 pr-4 pb-3 pl-6 phone:pt-2 phone:pr-2 phone:pl-5">
              {lead}
              <div className="min-w-0 flex-1">
                {/* A name of 255 bytes would fill half of a phone; where it matters, all of it is said below. */}
                <Radix.Title className="line-clamp-3 font-semibold text-17 title-tracking [overflow-wrap:anywhere]">
                  {title}
                </Radix.Title>
                {description === undefined ? null : (
                  <Radix.Description className="line-clamp-2 text-13 text-ink-3 [overflow-wrap:anywhere]">
                    {description}
                  </Radix.Description>
                )}
              </div>
              <Radix.Close asChild>
                <IconButton label={t('close')}>
                  <Icon of={X} />
                </IconButton>
              </Radix.Close>
            </div>
            {children}
          </Radix.Content>
        </div>
      </Radix.Portal>
    </Radix.Root>
  )
}

const FIELDS = 'input:enabled:not([type=checkbox], [type=radio], [type=file]), textarea:enabled'

/**
 * Keys begin at what is marked with `data-first-focus`, or at the first field, and not at the button that closes. With a
 * finger, nothing asks for the keyboard of the screen. Whether something took the focus.
 */
function focusFirst(content: HTMLElement): boolean {
  if (matchMedia('(pointer: coarse)').matches) return false
  const first = content.querySelector<HTMLElement>(`[data-first-focus]:enabled, ${FIELDS}`)
  first?.focus()
  return first !== null
}

/** The buttons at the end of a dialog, the safe one first. */
export function DialogButtons({ children }: { children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-end gap-2 px-6 pt-1 pb-5 phone:px-5 phone:pb-[max(20px,env(safe-area-inset-bottom))]">
      {children}
    </div>
  )
}
