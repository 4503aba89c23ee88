'use client'

import Link from 'next/link'
import { placePath } from '../../../features/drive/place.ts'
import { TagsView } from '../../../features/labels/tags-view.tsx'

/** All tags, each a link to its page. */
export function TagList() {
  return (
    <TagsView
      link={(tag, className, children) => (
        <Link href={placePath({ kind: 'tag', id: tag.id })} prefetch={false} className={className}>
          {children}
        </Link>
      )}
    />
  )
}
