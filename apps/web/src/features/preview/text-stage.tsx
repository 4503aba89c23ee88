'use client'

import { useTranslations } from 'next-intl'
import { type ComponentType, lazy, Suspense } from 'react'
import { Button } from '../../components/button.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import type { PreviewSources } from '../../lib/preview-sources.ts'
import { PlainText } from './plain-text.tsx'
import { StageWaiting } from './stage-note.tsx'
import { type Encoding, encodings } from './text-encoding.ts'
import { useText } from './use-text.ts'

export type TextViewProps = { text: string; name: string; complete: boolean }
type TextKind = 'markdown' | 'csv' | 'code' | 'text'

// Each is loaded when the first file of its kind is opened.
const views: Record<TextKind, ComponentType<TextViewProps>> = {
  markdown: lazy(() => import('./markdown-view.tsx').then(({ MarkdownView: view }) => ({ default: view }))),
  csv: lazy(() => import('./csv-view.tsx').then(({ CsvView: view }) => ({ default: view }))),
  code: lazy(() => import('./code-view.tsx').then(({ CodeView: view }) => ({ default: view }))),
  text: PlainText,
}

type TextStageProps = { sources: PreviewSources; kind: TextKind; onFailure: (error: Error) => void }

/** A reading page for everything that is text, with its encoding, which can be changed. */
export function TextStage({ sources, kind, onFailure }: TextStageProps) {
  const t = useTranslations('preview')
  const format = useFormat()
  const { text, encoding, setEncoding, error, more, loadingMore } = useText(sources)
  if (error !== null) queueMicrotask(() => onFailure(error))
  if (text === null || encoding === null) return <StageWaiting label={t('loading')} />
  const View = views[kind]
  return (
    <div className="mx-auto flex h-full w-full max-w-[1080px] flex-col overflow-hidden rounded-card bg-surface phone:rounded-none">
      <div className="flex h-10 shrink-0 items-center gap-3 border-line border-b px-4 text-12 text-ink-3">
        <label className="flex items-center gap-2">
          <span className="sr-only">{t('encoding')}</span>
          <select
            value={encoding}
            onChange={(event) => setEncoding(event.target.value as Encoding)}
            className="h-7 rounded-tag bg-transparent text-ink-2 hover:bg-hover"
          >
            {Object.entries(encodings).map(([value, label]) => (
              <option key={value} value={value} className="bg-raised">
                {label}
              </option>
            ))}
          </select>
        </label>
        <span className="ml-auto tabular-nums">{format.size(sources.item.size)}</span>
      </div>
      <div className="min-h-0 flex-1">
        <Suspense fallback={<StageWaiting label={t('loading')} />}>
          <View text={text} name={sources.item.name} complete={more === null} />
        </Suspense>
      </div>
      {more === null ? null : (
        <div className="flex h-14 shrink-0 items-center justify-center gap-3 border-line border-t text-13 text-ink-3">
          {t('beginning')}
          <Button size="sm" disabled={loadingMore} onClick={more}>
            {t('showMore')}
          </Button>
        </div>
      )}
    </div>
  )
}
