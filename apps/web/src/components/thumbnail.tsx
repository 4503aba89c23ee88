'use client'

import { useState } from 'react'
import { cn } from './class-names.ts'

/** A picture that fades in over what lies below it, and leaves that alone when it cannot be had. */
export function Thumbnail({ url, className }: { url: string; className?: string }) {
  const [state, setState] = useState<'loading' | 'shown' | 'broken'>('loading')
  if (state === 'broken') return null
  return (
    // biome-ignore lint/performance/noImgElement: the storages are not behind Next's image optimiser.
    <img
      src={url}
      alt=""
      loading="lazy"
      decoding="async"
      draggable={false}
      referrerPolicy="no-referrer"
      // A picture from the browser's cache may be complete before React listens.
      ref={(image) => {
        if (image?.complete === true && image.naturalWidth > 0) setState('shown')
      }}
      onLoad={() => setState('shown')}
      onError={() => setState('broken')}
      className={cn(
        'absolute inset-0 size-full object-cover transition-opacity duration-150 motion-reduce:transition-none',
        state === 'shown' ? 'opacity-100' : 'opacity-0',
        className,
      )}
    />
  )
}
