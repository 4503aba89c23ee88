import { useVirtualizer } from '@tanstack/react-virtual'
import { useTranslations } from 'next-intl'
import papa from 'papaparse'
import { useMemo, useRef } from 'react'
import type { TextViewProps } from './text-stage.tsx'

const ROW_PX = 32
const LETTER_PX = 7.5
const COLUMN_MIN_PX = 72
const COLUMN_MAX_PX = 340
const COLUMNS_MAX = 200
const SAMPLED_ROWS = 100

/** A table of what is separated by commas, tabs or semicolons; the first line is its head. */
export function CsvView({ text, complete }: TextViewProps) {
  const t = useTranslations('preview')
  const scroller = useRef<HTMLDivElement>(null)
  const { head, rows, widths } = useMemo(() => tableOf(text, complete), [text, complete])
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    // The head lies over the first row.
    paddingStart: ROW_PX,
  })
  const columns = `56px ${widths.map((width) => `${width}px`).join(' ')}`
  const width = 56 + widths.reduce((sum, each) => sum + each, 0)
  const cell = 'overflow-hidden text-ellipsis whitespace-pre border-line border-r px-3 leading-8'
  return (
    <div
      ref={scroller}
      data-reading
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
      tabIndex={0}
      className="scrollbar-thin h-full overflow-auto text-13 outline-none"
    >
      <div
        role="table"
        aria-label={t('table')}
        aria-rowcount={rows.length + 1}
        className="relative select-text"
        style={{ height: virtualizer.getTotalSize(), width }}
      >
        <div
          role="row"
          aria-rowindex={1}
          className="sticky top-0 z-10 grid border-line-2 border-b bg-raised font-semibold"
          style={{ gridTemplateColumns: columns, height: ROW_PX }}
        >
          <span role="columnheader" aria-label={t('line')} className={cell} />
          {widths.map((_, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place.
            <span key={at} role="columnheader" title={head[at]} className={cell}>
              {head[at]}
            </span>
          ))}
        </div>
        {virtualizer.getVirtualItems().map(({ index, start }) => (
          <div
            key={index}
            role="row"
            aria-rowindex={index + 2}
            className="absolute left-0 grid border-line border-b"
            style={{ gridTemplateColumns: columns, height: ROW_PX, width, top: start }}
          >
            <span role="cell" className={`${cell} text-right text-ink-3 tabular-nums`}>
              {index + 2}
            </span>
            {widths.map((_, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place.
              <span key={at} role="cell" title={rows[index]?.[at]} className={cell}>
                {rows[index]?.[at]}
              </span>
            ))}
          </div>
        ))}
      </div>
    </div>
  )
}

function tableOf(text: string, complete: boolean): { head: string[]; rows: string[][]; widths: number[] } {
  const { data } = papa.parse<string[]>(text, { skipEmptyLines: 'greedy' })
  // The last line of a beginning is cut off somewhere.
  const lines = complete ? data : data.slice(0, -1)
  const [head = [], ...rows] = lines
  const sampled = [head, ...rows.slice(0, SAMPLED_ROWS)]
  const count = Math.min(COLUMNS_MAX, Math.max(0, ...sampled.map(({ length }) => length)))
  const widths = Array.from({ length: count }, (_, at) => {
    const longest = Math.max(...sampled.map((row) => widthOf(row[at] ?? '')))
    return Math.round(Math.max(COLUMN_MIN_PX, Math.min(COLUMN_MAX_PX, longest * LETTER_PX + 26)))
  })
  return { head, rows, widths }
}

/** In Latin letters: Han and the like are twice as wide. */
function widthOf(text: string): number {
  const shown = text.slice(0, 60)
  return shown.length + (shown.match(/[\u2e80-\uffef]/g)?.length ?? 0)
}
