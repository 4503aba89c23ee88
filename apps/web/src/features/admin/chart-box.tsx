'use client'

import { Table2 } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { type ReactNode, useState } from 'react'
import { IconButton } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { Box } from './box.tsx'
import { CsvLink } from './csv-link.tsx'

type ChartBoxProps = {
  title: string
  /** Where the rows behind the chart come from as a file. */
  csv: string
  actions?: ReactNode
  children: (isTable: boolean) => ReactNode
}

/** A chart, or the same as a table. */
export function ChartBox({ title, csv, actions, children }: ChartBoxProps) {
  const t = useTranslations('admin')
  const [isTable, setTable] = useState(false)
  return (
    <Box
      title={title}
      actions={
        <>
          {actions}
          <IconButton label={t('table')} aria-pressed={isTable} onClick={() => setTable(!isTable)}>
            <Icon of={Table2} size="small" />
          </IconButton>
          <CsvLink href={csv} what={title} />
        </>
      }
    >
      {children(isTable)}
    </Box>
  )
}

type ValueTableProps = {
  label: string
  /** The first is of the time. */
  heads: readonly string[]
  rows: readonly { at: string; cells: readonly string[] }[]
}

/** The values of a chart, the newest first. */
export function ValueTable({ label, heads, rows }: ValueTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section aria-label={label} tabIndex={0} className="max-h-[226px] overflow-y-auto">
      <table className="w-full text-13 tabular-nums *:*:*:not-first:text-right">
        <thead className="sticky top-0 bg-surface text-12 text-ink-3 *:*:px-2 *:*:py-1.5 *:*:font-medium *:*:first:text-left">
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.toReversed().map(({ at, cells }) => (
            <tr key={at} className="h-8 *:px-2">
              {cells.map((cell, index) => (
                <td key={heads[index]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
