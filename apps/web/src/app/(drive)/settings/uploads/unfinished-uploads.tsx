'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useRef } from 'react'
import { Asked } from '../../../../components/asked.tsx'
import { nameInSentence } from '../../../../components/split-name.ts'
import { useToast } from '../../../../components/toast.tsx'
import { Void } from '../../../../components/void.tsx'
import { useRefusal } from '../../../../features/account/use-refusal.ts'
import { isOfThisDevice } from '../../../../features/uploads/device-id.ts'
import { abandonUpload, unfinishedUploads } from '../../../../features/uploads/upload-api.ts'
import type { UnfinishedUpload } from '../../../../features/uploads/upload-job.ts'
import { useOwnUploads } from '../../../../features/uploads/uploads-context.ts'
import { useFormat } from '../../../../i18n/use-format.ts'
import { UnfinishedRow } from './unfinished-row.tsx'

const UNFINISHED_KEY = ['uploads', 'unfinished'] as const
const LOOK_MS = 10_000
/** What is shown; the next ones follow when some of these are gone. */
const ROWS_MAX = 500

/** What was begun and not finished, on any device: it holds space until it goes on or is given up. */
export function UnfinishedUploads() {
  const t = useTranslations('account')
  const format = useFormat()
  const toast = useToast()
  const refusal = useRefusal()
  const queries = useQueryClient()
  const uploads = useOwnUploads()
  const input = useRef<HTMLInputElement>(null)
  const wanted = useRef<UnfinishedUpload | null>(null)
  const asked = useQuery({ queryKey: UNFINISHED_KEY, queryFn: unfinishedUploads, refetchInterval: LOOK_MS })
  const refetch = async () => {
    await queries.invalidateQueries({ queryKey: UNFINISHED_KEY })
    await queries.invalidateQueries({ queryKey: ['me'] })
  }
  const giveUp = async (uploadId: string) => {
    try {
      await abandonUpload(uploadId)
    } catch (error) {
      toast({ text: refusal(error).text, problem: true })
    }
    await refetch()
  }
  const goOn = async (file: File | undefined) => {
    const upload = wanted.current
    if (file === undefined || upload === null) return
    const { engine } = await uploads.open()
    if (!(await engine.missing.goOnFromElsewhere(upload, file)))
      toast({ text: t('otherFile', { name: nameInSentence(upload.name) }), problem: true })
    await refetch()
  }
  const row = (upload: UnfinishedUpload) => (
    <UnfinishedRow
      key={upload.uploadId}
      upload={upload}
      isHere={upload.device !== null && isOfThisDevice(upload.device)}
      onGoOn={() => {
        wanted.current = upload
        input.current?.click()
      }}
      onGiveUp={() => void giveUp(upload.uploadId)}
    />
  )
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        onChange={(event) => {
          void goOn(event.target.files?.[0])
          event.target.value = ''
        }}
      />
      <Asked of={asked} small="bare">
        {(all) =>
          all.length === 0 ? (
            <div className="flex min-h-[50vh]">
              <Void drawing="empty" title={t('noUploads')} sentence={t('noUploadsSentence')} />
            </div>
          ) : (
            <>
              <p className="text-13 text-ink-2">
                {t('uploadsSentence', { n: all.length, size: format.size(sum(all)) })}
              </p>
              <ul className="mt-3">{oldest(all).map(row)}</ul>
              {all.length > ROWS_MAX && (
                <p className="mt-3 text-13 text-ink-2">{t('moreUploads', { n: all.length - ROWS_MAX })}</p>
              )}
            </>
          )
        }
      </Asked>
    </>
  )
}

function oldest(uploads: readonly UnfinishedUpload[]): UnfinishedUpload[] {
  const byTime = (a: UnfinishedUpload, b: UnfinishedUpload) => Date.parse(a.createdAt) - Date.parse(b.createdAt)
  return uploads.toSorted(byTime).slice(0, ROWS_MAX)
}

const sum = (uploads: readonly UnfinishedUpload[]) => uploads.reduce((bytes, { size }) => bytes + size, 0)
