'use client'

import type { KeyboardEvent, ReactNode } from 'react'

type Segment<Value extends string> = { value: Value; label: string; content: ReactNode; lang?: string }

type SegmentedProps<Value extends string> = {
  label: string
  value: Value
  segments: readonly Segment<Value>[]
  onChange: (value: Value) => void
}

/** A few choices side by side, of which one is pressed. One stop of Tab; the arrows walk and choose. */
export function Segmented<Value extends string>({ label, value, segments, onChange }: SegmentedProps<Value>) {
  const walk = (event: KeyboardEvent<HTMLElement>, from: number) => {
    const step = steps[event.key]
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
    const to = (from + step + segments.length) % segments.length
    const next = segments[to]
    const button = event.currentTarget.parentElement?.children[to]
    if (next === undefined || !(button instanceof HTMLElement)) return
    event.preventDefault()
    button.focus()
    onChange(next.value)
  }
  return (
    <div role="radiogroup" aria-label={label} className="inline-flex gap-0.5 rounded-button bg-sunken p-0.5">
      {segments.map((segment, index) => (
        <button
          key={segment.value}
          type="button"
          role="radio"
          aria-checked={segment.value === value}
          data-state={segment.value === value ? 'checked' : 'unchecked'}
          tabIndex={segment.value === value ? 0 : -1}
          aria-label={segment.label}
          title={segment.label}
          lang={segment.lang}
          onClick={() => {
            if (segment.value !== value) onChange(segment.value)
          }}
          onKeyDown={(event) => walk(event, index)}
          className="inline-flex h-7 min-w-8 items-center justify-center gap-1.5 rounded-tile px-2 font-medium text-13 text-ink-2 hover:text-ink data-[state=checked]:bg-segment data-[state=checked]:text-ink data-[state=checked]:shadow-1 data-[state=checked]:inset-ring data-[state=checked]:inset-ring-line coarse:h-11 coarse:min-w-11 forced-colors:data-[state=checked]:border"
        >
          {segment.content}
        </button>
      ))}
    </div>
  )
}

const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }
