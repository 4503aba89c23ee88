'use client'

import { FileTile } from '../../components/file-tile.tsx'
import type { PreviewSources } from '../../lib/preview-sources.ts'

type MediaStageProps = { sources: PreviewSources; url: string; kind: 'video' | 'audio'; onBroken: () => void }

/** The browser's own player: it asks the storage for the ranges that it needs. */
export function MediaStage({ sources: { item, pictures }, url, kind, onBroken }: MediaStageProps) {
  const common = {
    src: url,
    controls: true,
    autoPlay: true,
    preload: 'metadata' as const,
    'aria-label': item.name,
    onError: onBroken,
  }
  if (kind === 'video') {
    return (
      <div className="grid h-full grid-cols-[minmax(0,1fr)] grid-rows-[minmax(0,1fr)] place-items-center">
        <video
          {...common}
          playsInline
          {...(pictures.large === null ? {} : { poster: pictures.large })}
          className="max-h-full max-w-full rounded-tag bg-black"
        />
      </div>
    )
  }
  return (
    <div className="grid h-full place-items-center p-6">
      <div className="flex w-full max-w-[520px] flex-col items-center gap-8">
        <FileTile name={item.name} kind="file" category={item.category} form="grid" />
        <audio {...common} className="w-full" />
      </div>
    </div>
  )
}
