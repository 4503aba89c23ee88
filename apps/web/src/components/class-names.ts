import { type ClassValue, clsx } from 'clsx'
import { extendTailwindMerge } from 'tailwind-merge'

const merge = extendTailwindMerge({
  extend: {
    theme: {
      text: ['11', '12', '13', '14', '15', '16', '17', '18', '24'],
      radius: ['tag', 'tile', 'button', 'card', 'dialog', 'sheet'],
      shadow: ['1', '2', '3'],
    },
  },
})

/** Joins class names; of two that set the same property the later one stays. */
export function cn(...values: ClassValue[]): string {
  return merge(clsx(values))
}
