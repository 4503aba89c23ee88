'use client'

import { useTranslations } from 'next-intl'
import { useEffect, useRef, useState } from 'react'
import type { PreviewSources } from '../../lib/preview-sources.ts'
import { openPdf, type PdfDocument, type PdfPage } from './open-pdf.ts'
import { StageWaiting } from './stage-note.tsx'
import './pdf-stage.css'

const PAGE_MAX_PX = 1000
// Pages this far outside of the window are drawn already; those further away are forgotten again.
const AHEAD = '150% 0px'

type PdfStageProps = { sources: PreviewSources; url: string; onFailure: (error: Error) => void }
type Opened = { document: PdfDocument; sizes: readonly { width: number; height: number }[] }

/** A PDF page by page, drawn here: its scripts, links and forms do not exist. Its text can be selected. */
export function PdfStage({ sources, url, onFailure }: PdfStageProps) {
  const t = useTranslations('preview')
  const [opened, setOpened] = useState<Opened | null>(null)
  const failed = useRef(onFailure)
  useEffect(() => {
    const loading = openPdf(url)
    let ended = false
    loading.promise.then(
      (document) => {
        if (!ended) setOpened({ document, sizes: [] })
      },
      (error: unknown) => {
        if (!ended) failed.current(error instanceof Error ? error : new Error(String(error)))
      },
    )
    return () => {
      ended = true
      void loading.destroy()
    }
  }, [url])
  if (opened === null) return <StageWaiting label={t('loading')} />
  return <PdfPages document={opened.document} name={sources.item.name} />
}

function PdfPages({ document, name }: { document: PdfDocument; name: string }) {
  const t = useTranslations('preview')
  const scroller = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  const [current, setCurrent] = useState(1)
  useEffect(() => {
    const element = scroller.current
    if (element === null) return
    const observer = new ResizeObserver(() => setWidth(Math.min(PAGE_MAX_PX, element.clientWidth - 32)))
    observer.observe(element)
    element.focus({ preventScroll: true })
    return () => observer.disconnect()
  }, [])
  const onScroll = () => {
    const element = scroller.current
    if (element === null) return
    const middle = element.getBoundingClientRect().top + element.clientHeight / 2
    const pages = [...element.querySelectorAll<HTMLElement>('[data-page]')]
    const shown = pages.find((page) => page.getBoundingClientRect().bottom > middle)
    setCurrent(Number(shown?.dataset['page'] ?? 1))
  }
  return (
    <div className="relative h-full">
      <div
        ref={scroller}
        data-reading
        role="document"
        aria-label={name}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
        tabIndex={0}
        onScroll={onScroll}
        className="scrollbar-thin flex h-full flex-col items-center gap-4 overflow-auto px-4 pb-16 outline-none"
      >
        {width > 0
          ? Array.from({ length: document.numPages }, (_, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a page is its number.
              <Page key={at} document={document} number={at + 1} width={width} root={scroller.current} />
            ))
          : null}
      </div>
      <p className="-translate-x-1/2 absolute bottom-4 left-1/2 rounded-full bg-raised px-3 py-1 text-12 text-ink-2 tabular-nums shadow-2">
        {t('page', { n: current, of: document.numPages })}
      </p>
    </div>
  )
}

type PageProps = { document: PdfDocument; number: number; width: number; root: HTMLElement | null }

function Page({ document, number, width, root }: PageProps) {
  const holder = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const text = useRef<HTMLDivElement>(null)
  const [near, setNear] = useState(number === 1)
  const [ratio, setRatio] = useState(Math.SQRT2)
  useEffect(() => {
    const element = holder.current
    if (element === null) return
    const observer = new IntersectionObserver(([entry]) => setNear(entry?.isIntersecting === true), {
      root,
      rootMargin: AHEAD,
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [root])
  useEffect(() => {
    const [target, layer] = [canvas.current, text.current]
    if (!near || target === null || layer === null) return
    let page: PdfPage | null = null
    let ended = false
    void document.page(number).then((loaded) => {
      if (ended) return
      page = loaded
      setRatio(loaded.height / loaded.width)
      loaded.draw(target, layer, width)
    })
    return () => {
      ended = true
      page?.stop()
      // A canvas keeps its memory until it is made small.
      target.width = 0
      layer.replaceChildren()
    }
  }, [near, document, number, width])
  return (
    <div
      ref={holder}
      data-page={number}
      className="relative shrink-0 overflow-hidden rounded-tag bg-white"
      style={{ width, height: Math.round(width * ratio) }}
    >
      {near ? (
        <>
          <canvas ref={canvas} className="absolute inset-0 size-full" />
          <div ref={text} className="pdf-text" />
        </>
      ) : null}
    </div>
  )
}
