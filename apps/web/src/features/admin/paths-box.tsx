import { useTranslations } from 'next-intl'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from './badge.tsx'
import { Box } from './box.tsx'
import { barPercents, CapacityBar } from './capacity-bar.tsx'
import type { PathView, StorageView } from './cluster-view.ts'
import { CsvLink } from './csv-link.tsx'
import { Silence } from './silence.tsx'
import { fillTone } from './storage-state.ts'

const fillWords = { ok: 'healthy', warn: 'fillingState', danger: 'nearlyFull' } as const

export function PathsBox({ storage }: { storage: StorageView }) {
  const t = useTranslations('capacity')
  const format = useFormat()
  const { told } = storage
  return (
    <Box
      title={t('storePaths')}
      actions={<CsvLink href="/api/admin/capacity/export?table=tree" what={t('storePaths')} />}
    >
      {told === null ? (
        <Silence storage={storage} />
      ) : (
        <table className="mb-1 w-full table-fixed text-13 tabular-nums">
          <thead>
            <tr className="h-[30px] border-line border-b text-12 text-ink-3 *:font-medium">
              <th scope="col" className="w-[88px] pl-5 text-left phone:pl-4">
                {t('path')}
              </th>
              <th scope="col" className="px-3 text-left">
                {t('space')}
              </th>
              <th scope="col" className="w-[84px] text-right">
                {t('free')}
              </th>
              <th scope="col" className="w-[84px] text-right phone:hidden">
                {t('content')}
              </th>
              <th scope="col" className="w-[124px] pr-5 text-right phone:pr-4">
                {t('state')}
              </th>
            </tr>
          </thead>
          <tbody>
            {told.paths.map((path) => {
              return (
                <tr key={path.path} className="h-10">
                  <td className="pl-5 font-mono text-12 phone:pl-4">{path.path}</td>
                  <td className="px-3">
                    <CapacityBar {...path} label={t('barLabel', barPercents(path))} />
                  </td>
                  <td className="text-right">{format.size(path.freeBytes)}</td>
                  <td className="text-right phone:hidden">
                    {path.contentBytes === null ? t('counting') : format.size(path.contentBytes)}
                  </td>
                  <td className="pr-5 text-right phone:pr-4">
                    <PathState path={path} />
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      )}
    </Box>
  )
}

function PathState({ path }: { path: PathView }) {
  const t = useTranslations('capacity')
  if (path.failure !== null) return <Badge tone="danger">{t('diskFailed')}</Badge>
  if (!path.writable) return <Badge tone="warn">{t('readOnly')}</Badge>
  const tone = fillTone(path.usedBytes, path.totalBytes)
  return <Badge tone={tone}>{t(fillWords[tone])}</Badge>
}
