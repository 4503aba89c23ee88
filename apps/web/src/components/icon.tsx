import type { LucideIcon, LucideProps } from 'lucide-react'

const sizes = { tiny: 14, small: 16, normal: 18, large: 20 } as const

type Props = Omit<LucideProps, 'size'> & { of: LucideIcon; size?: keyof typeof sizes }

/** A lucide icon in one of the four sizes of the shell. Decoration: the words beside it say what it means. */
export function Icon({ of: Glyph, size = 'normal', strokeWidth, ...rest }: Props) {
  return (
    <Glyph
      size={sizes[size]}
      strokeWidth={strokeWidth ?? (size === 'tiny' ? 2 : 1.75)}
      aria-hidden="true"
      focusable="false"
      {...rest}
    />
  )
}
