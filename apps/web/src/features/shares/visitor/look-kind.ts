import type { VisitedItem } from '../schema.ts'

export type LookKind = 'image' | 'video' | 'audio' | 'pdf' | 'text' | 'none'

const images = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif', 'image/bmp'])

/** How a file can be shown in place; the type is the one that its storage read from the bytes. */
export function lookKind({ contentType, size }: Pick<VisitedItem, 'contentType' | 'size'>): LookKind {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
  if (size === 0) return 'none'
  if (images.has(type)) return 'image'
  if (type.startsWith('video/')) return 'video'
  if (type.startsWith('audio/')) return 'audio'
  if (type === 'application/pdf') return 'pdf'
  return type === 'text/plain' ? 'text' : 'none'
}
