'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { Button } from '../../../../components/button.tsx'
import { FileName } from '../../../../components/file-name.tsx'
import { useToast } from '../../../../components/toast.tsx'
import { useRefusal } from '../../../../features/account/use-refusal.ts'
import { abandonUpload, unfinishedUploads } from '../../../../features/uploads/upload-api.ts'
import { useFormat } from '../../../../i18n/use-format.ts'

const UNFINISHED_KEY = ['uploads', 'unfinished'] as const

/** What was begun and not finished, on any device: it holds space until it goes on or is given up. */
export function UnfinishedUploads() {
  const t = useTranslations('account')
  const format = useFormat()
  const toast = useToast()
  const refusal = useRefusal()
  const queries = useQueryClient()
  const { data } = useQuery({ queryKey: UNFINISHED_KEY, queryFn: unfinishedUploads })
  const giveUp = async (uploadId: string) => {
    try {
      await abandonUpload(uploadId)
    } catch (error) {
      toast({ text: refusal(error).text, problem: true })
    }
    await queries.invalidateQueries({ queryKey: UNFINISHED_KEY })
    await queries.invalidateQueries({ queryKey: ['me'] })
  }
  if (data === undefined) return null
  if (data.length === 0) return <p className="text-ink-2">{t('noUploads')}</p>
  const bytes = data.reduce((sum, { size }) => sum + size, 0)
  return (
    <>
      <p className="text-13 text-ink-2">{t('uploadsSentence', { n: data.length, size: format.size(bytes) })}</p>
      <ul className="mt-3">
        {data.map(({ uploadId, name, size, createdAt, expiresAt }) => (
          <li key={uploadId} className="flex min-h-14 items-center gap-3 border-line border-b py-2 last:border-b-0">
            <div className="min-w-0 flex-1">
              <FileName name={name} />
              <div className="truncate text-12 text-ink-3 tabular-nums">
                {format.size(size)} · {t('begun', { date: format.date(createdAt) })} ·{' '}
                {t('expires', { date: format.shortDate(expiresAt) })}
              </div>
            </div>
            <Button size="sm" aria-label={t('giveUpNamed', { name })} onClick={() => void giveUp(uploadId)}>
              {t('giveUp')}
            </Button>
          </li>
        ))}
      </ul>
    </>
  )
}
