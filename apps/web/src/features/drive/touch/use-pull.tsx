'use client'

import { useIsFetching } from '@tanstack/react-query'
import { RotateCw } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useRef, useState } from 'react'
import { Icon } from '../../../components/icon.tsx'
import { useDrive } from '../drive-context.tsx'
import { pulledBy } from './touch-intent.ts'
import type { TouchPart } from './touch-track.ts'

const REFRESHES_PX = 48

/** Pulling the list down at its beginning asks for it again. */
export function usePull() {
  const { state, folderId } = useDrive()
  const [pulled, setPulled] = useState(0)
  // A quick finger has gone before any of its way was drawn.
  const by = useRef(0)
  const [asked, setAsked] = useState(false)
  const fetching = useIsFetching({ queryKey: ['entries', folderId] }) > 0
  // Once the answer is there the mark goes.
  if (asked && !fetching && pulled === 0) setAsked(false)
  const part: TouchPart = {
    begin: ({ atTop }) => atTop && !asked,
    move: ({ y }, { y: from }) => {
      by.current = pulledBy(y - from)
      setPulled(by.current)
    },
    end: () => {
      if (by.current >= REFRESHES_PX) {
        state.tryAgain()
        setAsked(true)
      }
      by.current = 0
      setPulled(0)
    },
  }
  const shown = asked ? REFRESHES_PX : pulled
  return { part, indicator: shown === 0 ? null : <Mark down={shown} busy={asked} /> }
}

function Mark({ down, busy }: { down: number; busy: boolean }) {
  const t = useTranslations('drive')
  return (
    <div
      role="status"
      className="pointer-events-none sticky top-0 z-10 grid h-0 justify-center overflow-visible"
      style={{ transform: `translateY(${down - 40}px)` }}
    >
      <span className="grid size-9 place-items-center rounded-full bg-raised text-accent-text shadow-2">
        <Icon
          of={RotateCw}
          className={busy ? 'animate-spin motion-reduce:animate-none' : undefined}
          style={busy ? undefined : { transform: `rotate(${down * 4}deg)`, opacity: Math.min(1, down / REFRESHES_PX) }}
        />
      </span>
      <span className="sr-only">{busy ? t('loading') : ''}</span>
    </div>
  )
}
