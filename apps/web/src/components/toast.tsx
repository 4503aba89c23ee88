'use client'

import { X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Toast as Radix } from 'radix-ui'
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react'
import { IconButton } from './button.tsx'
import { Icon } from './icon.tsx'

const UNDO_MS = 8_000

export type ToastContent = {
  text: string
  action?: { label: string; run: () => void }
  /** A refusal: stays until it was read. */
  problem?: boolean
}

type Shown = ToastContent & { id: number }
const ToastContext = createContext<(content: ToastContent) => void>(() => undefined)

export const useToast = () => useContext(ToastContext)

/** One toast at a time at the bottom centre, the newest wins. F6 reaches it; while it has focus no time runs. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const t = useTranslations('common')
  const [shown, setShown] = useState<Shown | null>(null)
  const [open, setOpen] = useState(false)
  const show = useCallback((content: ToastContent) => {
    setShown((previous) => ({ ...content, id: (previous?.id ?? 0) + 1 }))
    setOpen(true)
  }, [])
  const value = useMemo(() => show, [show])
  const problem = shown?.problem === true
  return (
    <ToastContext value={value}>
      <Radix.Provider duration={UNDO_MS} label={t('notification')} swipeDirection="down">
        {children}
        {shown === null ? null : (
          <Radix.Root
            key={shown.id}
            open={open}
            onOpenChange={setOpen}
            duration={problem ? Number.POSITIVE_INFINITY : UNDO_MS}
            type={problem ? 'foreground' : 'background'}
            className="pointer-events-auto flex min-h-11 max-w-full items-center gap-3.5 rounded-card bg-toast py-1.5 pr-2 pl-4 text-on-toast shadow-2 data-[state=closed]:animate-dialog-out data-[state=open]:animate-dialog phone:w-full forced-colors:border"
          >
            <Radix.Description className="min-w-0 flex-1 [overflow-wrap:anywhere]">{shown.text}</Radix.Description>
            {shown.action === undefined ? null : (
              <Radix.Action
                altText={shown.action.label}
                onClick={shown.action.run}
                className="h-8 rounded-tile px-2.5 font-medium text-13 text-toast-action hover:bg-[oklch(1_0_0/0.1)] coarse:h-11"
              >
                {shown.action.label}
              </Radix.Action>
            )}
            {problem ? (
              <Radix.Close asChild>
                <IconButton label={t('dismiss')} small className="text-inherit hover:text-inherit">
                  <Icon of={X} size="small" />
                </IconButton>
              </Radix.Close>
            ) : null}
          </Radix.Root>
        )}
        <Radix.Viewport
          hotkey={['F6']}
          label={t('notifications')}
          className="pointer-events-none fixed bottom-6 left-1/2 z-30 flex w-max max-w-[calc(100vw-24px)] -translate-x-1/2 outline-none phone:bottom-[calc(76px+env(safe-area-inset-bottom))] phone:w-[calc(100vw-24px)]"
        />
      </Radix.Provider>
    </ToastContext>
  )
}
