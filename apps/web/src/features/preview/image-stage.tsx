'use client'

import { useTranslations } from 'next-intl'
import { type PointerEvent, type RefObject, useEffect, useImperativeHandle, useRef, useState } from 'react'
import { cn } from '../../components/class-names.ts'
import type { PreviewSources } from '../../lib/preview-sources.ts'
import { StageWaiting } from './stage-note.tsx'
import { pictureUrl } from './use-preview-sources.ts'
import { CLOSE_PX, SWIPE_PX } from './use-swipe.ts'
import { clamped, fitted, type View, zoomed } from './zoom.ts'

const KEY_STEP = 1.5
const DOUBLE_TAP_SCALE = 2.5

export type ZoomHandle = { by: (direction: 1 | -1) => void; fit: () => void }

type ImageStageProps = {
  sources: PreviewSources
  zoom: RefObject<ZoomHandle | null>
  onBroken: () => void
  onSwipe: (direction: 1 | -1) => void
  onAway: () => void
}

/** A picture that can be enlarged and moved by wheel, keys, pinch and double tap; swiped away while it fits. */
export function ImageStage({ sources, zoom, onBroken, onSwipe, onAway }: ImageStageProps) {
  const t = useTranslations('preview')
  const stage = useRef<HTMLDivElement>(null)
  const image = useRef<HTMLImageElement>(null)
  const [view, setView] = useState<View>(fitted)
  const [loaded, setLoaded] = useState<string | null>(null)
  const first = pictureUrl(sources)
  // Enlarged, the pixels of the original count.
  const wanted =
    view.scale > 1 && sources.url !== null && first === sources.pictures.large ? enlargedUrl(sources) : first

  const change = (make: (before: View) => View) =>
    setView((before) => {
      const picture = image.current
      const box = stage.current
      if (picture === null || box === null) return before
      const size = { width: picture.clientWidth, height: picture.clientHeight }
      return clamped(make(before), size, { width: box.clientWidth, height: box.clientHeight })
    })
  useImperativeHandle(zoom, () => ({
    by: (direction) => change((before) => zoomed(before, KEY_STEP ** direction, { x: 0, y: 0 })),
    fit: () => setView(fitted),
  }))
  useWheel(stage, (factor, point) => change((before) => zoomed(before, factor, point)))
  const pointers = usePointers({
    view,
    stage,
    onMove: (by) => change((before) => ({ ...before, x: before.x + by.x, y: before.y + by.y })),
    onPinch: (factor, point) => change((before) => zoomed(before, factor, point)),
    onSwipe,
    onAway,
  })
  const toggle = (point: { x: number; y: number }) =>
    change((before) => (before.scale > 1 ? fitted : zoomed(before, DOUBLE_TAP_SCALE, point)))

  return (
    // The grid's only row is as high as the stage: left to itself it would be as high as the picture.
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys + − 0 do the same.
    <div
      ref={stage}
      className="relative grid h-full touch-none select-none grid-cols-[minmax(0,1fr)] grid-rows-[minmax(0,1fr)] place-items-center overflow-hidden"
      {...pointers}
      onDoubleClick={(event) => toggle(fromMiddle(stage.current, event))}
    >
      {loaded === null && sources.pictures.small !== null ? (
        // biome-ignore lint/performance/noImgElement: comes from a storage.
        <img src={sources.pictures.small} alt="" className="absolute size-full scale-105 object-contain blur-md" />
      ) : null}
      {wanted === null ? (
        <StageWaiting label={t('loading')} />
      ) : (
        // biome-ignore lint/performance/noImgElement: comes from a storage.
        <img
          ref={image}
          src={wanted}
          alt={sources.item.name}
          draggable={false}
          referrerPolicy="no-referrer"
          data-scale={view.scale.toFixed(2)}
          onLoad={() => setLoaded(wanted)}
          onError={onBroken}
          style={{ transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})` }}
          className={cn(
            'max-h-full max-w-full rounded-tag object-contain will-change-transform',
            view.scale > 1 ? 'cursor-grab active:cursor-grabbing' : 'cursor-zoom-in',
            loaded === null && 'opacity-0',
          )}
        />
      )}
    </div>
  )
}

function enlargedUrl({ item, url, pictures }: PreviewSources): string | null {
  return /^image\/(?:jpeg|png|gif|webp|avif|bmp)/.test(item.contentType ?? '') ? url : pictures.large
}

type Point = { x: number; y: number }

function fromMiddle(stage: HTMLElement | null, { clientX, clientY }: { clientX: number; clientY: number }): Point {
  const box = stage?.getBoundingClientRect()
  if (box === undefined) return { x: 0, y: 0 }
  return { x: clientX - box.left - box.width / 2, y: clientY - box.top - box.height / 2 }
}

/** The wheel, which React only listens to passively: the page must not zoom instead. */
function useWheel(stage: RefObject<HTMLDivElement | null>, onZoom: (factor: number, point: Point) => void): void {
  const latest = useRef(onZoom)
  useEffect(() => {
    latest.current = onZoom
  })
  useEffect(() => {
    const element = stage.current
    if (element === null) return
    const listen = (event: WheelEvent) => {
      event.preventDefault()
      latest.current(Math.exp(-event.deltaY / (event.ctrlKey ? 100 : 400)), fromMiddle(element, event))
    }
    element.addEventListener('wheel', listen, { passive: false })
    return () => element.removeEventListener('wheel', listen)
  }, [stage])
}

type PointersOptions = {
  view: View
  stage: RefObject<HTMLDivElement | null>
  onMove: (by: Point) => void
  onPinch: (factor: number, point: Point) => void
  onSwipe: (direction: 1 | -1) => void
  onAway: () => void
}

/** One finger moves or swipes, two pinch. */
function usePointers({ view, stage, onMove, onPinch, onSwipe, onAway }: PointersOptions) {
  const down = useRef(new Map<number, Point>())
  const start = useRef<Point | null>(null)
  const distance = () => {
    const [a, b] = [...down.current.values()]
    return a === undefined || b === undefined ? 0 : Math.hypot(a.x - b.x, a.y - b.y)
  }
  const end = (event: PointerEvent) => {
    const from = start.current
    down.current.delete(event.pointerId)
    start.current = null
    if (from === null || view.scale > 1 || event.type === 'pointercancel') return
    const by = { x: event.clientX - from.x, y: event.clientY - from.y }
    if (Math.abs(by.x) > SWIPE_PX && Math.abs(by.x) > Math.abs(by.y)) onSwipe(by.x < 0 ? 1 : -1)
    else if (by.y > CLOSE_PX && event.pointerType === 'touch') onAway()
  }
  return {
    onPointerDown: (event: PointerEvent<HTMLDivElement>) => {
      if (event.button !== 0) return
      event.currentTarget.setPointerCapture(event.pointerId)
      down.current.set(event.pointerId, { x: event.clientX, y: event.clientY })
      // A second finger is no swipe.
      start.current = down.current.size === 1 ? { x: event.clientX, y: event.clientY } : null
    },
    onPointerMove: (event: PointerEvent<HTMLDivElement>) => {
      const before = down.current.get(event.pointerId)
      if (before === undefined) return
      const apart = distance()
      down.current.set(event.pointerId, { x: event.clientX, y: event.clientY })
      if (down.current.size === 2 && apart > 0) onPinch(distance() / apart, fromMiddle(stage.current, event))
      else if (view.scale > 1) onMove({ x: event.clientX - before.x, y: event.clientY - before.y })
    },
    onPointerUp: end,
    onPointerCancel: end,
  }
}
