'use client'

import { X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from 'react'
import { IconButton } from './button.tsx'
import { Icon } from './icon.tsx'
import { giveFocusBack } from './use-opener.ts'

const UNDO_MS = 8_000

type ToastContent = {
  text: string
  action?: { label: string; run: () => void }
  /** A refusal: stays until it was read. */
  problem?: boolean
  /** Stays until something else is said. */
  lasting?: boolean
}

type Shown = ToastContent & { id: number }
const ToastContext = createContext<(content: ToastContent | null) => void>(() => undefined)

/** Says something, instead of what was said before; null: what was to stay goes. */
export const useToast = () => useContext(ToastContext)

/** Whether this is, or was, a part of a toast: those lie over the page and close nothing when they are pressed. */
export function isInToast(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[data-toast]') !== null
}

/**
 * One toast at a time at the bottom centre, the newest wins. Its place is a live region, so that it is read out once.
 * F6 reaches it; while the pointer or the focus is on it no time runs.
 */
export function ToastProvider({ children }: { children: ReactNode }) {
  const t = useTranslations('common')
  const [shown, setShown] = useState<Shown | null>(null)
  const show = useCallback((content: ToastContent | null) => {
    setShown((previous) => {
      if (content === null) return previous?.lasting === true ? null : previous
      return { ...content, id: (previous?.id ?? 0) + 1 }
    })
  }, [])
  const close = useCallback(() => setShown(null), [])
  return (
    <ToastContext value={show}>
      {children}
      <section
        aria-label={t('notifications')}
        aria-live="polite"
        className="pointer-events-none fixed bottom-6 left-[calc(50%-var(--toast-aside)/2)] z-30 flex [body:has(.preview)_&]:z-50 w-max max-w-[calc(100vw-24px-var(--toast-aside))] -translate-x-1/2 phone:bottom-[calc(76px+var(--toast-lift)+env(safe-area-inset-bottom))] phone:w-[calc(100vw-24px)]"
      >
        {shown === null ? null : <Toast key={shown.id} toast={shown} onClose={close} />}
      </section>
    </ToastContext>
  )
}

function Toast({ toast, onClose }: { toast: Shown; onClose: () => void }) {
  const t = useTranslations('common')
  const { text, action, problem = false, lasting = false } = toast
  const box = useRef<HTMLDivElement>(null)
  const [held, setHeld] = useState(false)
  useTimeout(problem || lasting || held ? null : UNDO_MS, onClose)
  useReachable(box)
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: resting on it only stops its clock.
    <div
      ref={box}
      data-toast
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      onKeyDown={({ key }) => {
        if (key === 'Escape') onClose()
      }}
      className="pointer-events-auto flex min-h-11 max-w-full animate-dialog items-center gap-3.5 rounded-card bg-toast px-4 py-1.5 text-on-toast has-[button]:pr-2 shadow-2 phone:w-full forced-colors:border"
    >
      <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">{text}</span>
      {action === undefined ? null : (
        <button
          type="button"
          onClick={() => {
            onClose()
            action.run()
          }}
          className="h-8 rounded-tile px-2.5 font-medium text-13 text-toast-action hover:bg-[oklch(1_0_0/0.1)] coarse:h-11"
        >
          {action.label}
        </button>
      )}
      {problem ? (
        <IconButton label={t('dismiss')} small className="text-inherit hover:text-inherit" onClick={onClose}>
          <Icon of={X} size="small" />
        </IconButton>
      ) : null}
    </div>
  )
}

function useTimeout(ms: number | null, onEnd: () => void): void {
  useEffect(() => {
    if (ms === null) return
    const timer = setTimeout(onEnd, ms)
    return () => clearTimeout(timer)
  }, [ms, onEnd])
}

/** F6 leads to it, and back to where one was when it goes. */
function useReachable(box: { current: HTMLElement | null }): void {
  const from = useRef<Element | null>(null)
  useEffect(() => {
    const reach = (event: KeyboardEvent) => {
      if (event.key !== 'F6') return
      event.preventDefault()
      if (box.current?.contains(document.activeElement) !== true) from.current = document.activeElement
      box.current?.querySelector('button')?.focus()
    }
    document.addEventListener('keydown', reach)
    return () => {
      document.removeEventListener('keydown', reach)
      giveFocusBack(from.current)
    }
  }, [box])
}
