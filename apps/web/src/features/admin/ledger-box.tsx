import { useTranslations } from 'next-intl'
import { cn } from '../../components/class-names.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { Box } from './box.tsx'
import type { LedgerView } from './cluster-view.ts'
import { CsvLink } from './csv-link.tsx'

/** What people keep, and what became of it on the disks, line by line to the byte. */
export function LedgerBox({ ledger }: { ledger: LedgerView }) {
  const t = useTranslations('capacity')
  const format = useFormat()
  const { onDisk, difference } = ledger
  const lines = [
    { sign: '', text: t('ledgerKept'), bytes: ledger.kept },
    { sign: '−', text: t('ledgerShared'), bytes: ledger.shared },
    ...(onDisk === null
      ? []
      : [{ sign: ledger.copies < 0 ? '−' : '+', text: t('ledgerCopies'), bytes: Math.abs(ledger.copies) }]),
    { sign: '+', text: t('ledgerRest'), bytes: ledger.trash + ledger.leftOver + ledger.thumbnails },
    ...(ledger.behind === 0 ? [] : [{ sign: '−', text: t('ledgerBehind'), bytes: ledger.behind }]),
    ...(difference === null || difference === 0
      ? []
      : [{ sign: difference < 0 ? '−' : '+', text: t('ledgerDifference'), bytes: Math.abs(difference) }]),
  ]
  return (
    <Box title={t('ledger')} actions={<CsvLink href="/api/admin/capacity/export?table=ledger" what={t('ledger')} />}>
      <table className="mx-5 mb-4 text-13 phone:mx-4">
        <tbody>
          {lines.map(({ sign, text, bytes }) => (
            <tr key={text} className="h-[30px]">
              <td aria-hidden="true" className="w-5 text-ink-3">
                {sign}
              </td>
              <th scope="row" className="text-left font-normal">
                {text}
              </th>
              <td
                className="whitespace-nowrap pl-3 text-right font-medium tabular-nums"
                title={`${format.count(bytes)} B`}
              >
                <span className="sr-only">{sign}</span>
                {format.size(bytes)}
              </td>
            </tr>
          ))}
          <tr className="h-9 border-line-2 border-t font-semibold">
            <td aria-hidden="true" className="text-ink-3">
              =
            </td>
            <th scope="row" className="text-left font-semibold">
              {difference === null ? t('ledgerOnDisk') : t('ledgerExplained', { n: Math.abs(difference) })}
            </th>
            <td
              className={cn(
                'whitespace-nowrap pl-3 text-right tabular-nums',
                onDisk === null && 'font-normal text-ink-3',
              )}
              {...(onDisk === null ? {} : { title: `${format.count(onDisk)} B` })}
            >
              {onDisk === null ? t('notKnown') : format.size(onDisk)}
            </td>
          </tr>
        </tbody>
      </table>
      {difference === null || difference === 0 ? null : (
        <p className="mx-5 -mt-1 mb-4 text-12 text-ink-3 phone:mx-4">
          {t(difference > 0 ? 'ledgerMore' : 'ledgerLess')}
        </p>
      )}
    </Box>
  )
}
