'use client'

import { RadioGroup } from 'radix-ui'
import type { ReactNode } from 'react'

type Segment<Value extends string> = { value: Value; label: string; content: ReactNode; lang?: string }

type SegmentedProps<Value extends string> = {
  label: string
  value: Value
  segments: readonly Segment<Value>[]
  onChange: (value: Value) => void
}

/** A few choices side by side, of which one is pressed. */
export function Segmented<Value extends string>({ label, value, segments, onChange }: SegmentedProps<Value>) {
  const choose = (next: string) => {
    const segment = segments.find((candidate) => candidate.value === next)
    if (segment !== undefined) onChange(segment.value)
  }
  return (
    <RadioGroup.Root
      aria-label={label}
      value={value}
      onValueChange={choose}
      orientation="horizontal"
      className="inline-flex gap-0.5 rounded-button bg-sunken p-0.5"
    >
      {segments.map((segment) => (
        <RadioGroup.Item
          key={segment.value}
          value={segment.value}
          aria-label={segment.label}
          title={segment.label}
          lang={segment.lang}
          className="inline-flex h-7 min-w-8 items-center justify-center gap-1.5 rounded-tile px-2 font-medium text-13 text-ink-2 hover:text-ink data-[state=checked]:bg-segment data-[state=checked]:text-ink data-[state=checked]:shadow-1 data-[state=checked]:inset-ring data-[state=checked]:inset-ring-line coarse:h-10 coarse:min-w-11 forced-colors:data-[state=checked]:border"
        >
          {segment.content}
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  )
}
