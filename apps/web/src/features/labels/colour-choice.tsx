'use client'

import { useTranslations } from 'next-intl'
import { RadioGroup } from 'radix-ui'
import { type TagColour, tagColours } from './schema.ts'
import { TagDot } from './tag-dot.tsx'

type ColourChoiceProps = { value: TagColour; onChoose: (colour: TagColour) => void }

/** One of eight colours. */
export function ColourChoice({ value, onChoose }: ColourChoiceProps) {
  const t = useTranslations('labels')
  return (
    <RadioGroup.Root
      aria-label={t('colour')}
      orientation="horizontal"
      value={value}
      onValueChange={(next) => {
        const colour = tagColours.find((known) => known === next)
        if (colour !== undefined) onChoose(colour)
      }}
      className="flex gap-1"
    >
      {tagColours.map((colour) => (
        <RadioGroup.Item
          key={colour}
          value={colour}
          aria-label={t(`colours.${colour}`)}
          title={t(`colours.${colour}`)}
          className="grid size-7 place-items-center rounded-full data-[state=checked]:bg-hover data-[state=checked]:inset-ring-[1.5px] data-[state=checked]:inset-ring-control coarse:size-11"
        >
          <TagDot colour={colour} />
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  )
}
