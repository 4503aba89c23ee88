'use client'

import { useTranslations } from 'next-intl'
import { useFormat } from '../../i18n/use-format.ts'
import type { UploadSummary } from './upload-summary.ts'
import { awaited, awaitedWords, percentOfQueue, phaseOf, runningCount, uploadedCount } from './upload-view.ts'

/** The panel's title, the line below it, and the few words for the folded panel. */
export function useHeadline(queue: UploadSummary): { title: string; detail: string; short: string } {
  const t = useTranslations('uploads')
  const format = useFormat()
  const phase = phaseOf(queue)
  const percent = t('percent', { p: percentOfQueue(queue) })
  const { part, whole } = format.sizePair(queue.sentBytes, queue.allBytes)
  const n = runningCount(queue)

  const left = queue.secondsLeft
  const rate = queue.speed?.bytesPerSecond ?? 0
  const moving = [
    ...wordsIf(rate > 0, t('speed', { size: format.size(rate) })),
    ...(left === null ? [] : [t('timeLeft', { time: format.duration(left) })]),
  ]

  // Opened by the page itself, or by the person once more: until then they do not move.
  const lacking = wordsIf(queue.counts['needs-file'] > 0, t('toOpen', { n: queue.counts['needs-file'] }))
  const spared = wordsIf(queue.sparedBytes > 0, t('spared', { size: format.size(queue.sparedBytes) }))

  switch (phase) {
    case 'empty':
      return { title: t('nothing'), detail: t('nothingSentence'), short: t('nothing') }
    case 'offline': {
      const title = t(awaitedWords[awaited(queue)])
      const detail = [percent, t('kept', { part, whole }), t('nothingLost'), ...lacking].join(' · ')
      return { title, detail, short: `${percent} · ${title}` }
    }
    case 'uploading': {
      const title = t('uploading', { n })
      const time = left === null ? [] : [t('timeLeft', { time: format.duration(left) })]
      return {
        title,
        detail: [percent, t('pairOf', { part, whole }), ...moving, ...lacking, ...spared].join(' · '),
        short: [title, percent, ...time].join(' · '),
      }
    }
    case 'finishing': {
      const title = t('finishing', { n: queue.counts.finishing })
      return { title, detail: [percent, ...lacking, ...spared].join(' · '), short: title }
    }
    case 'paused': {
      const title = queue.counts.paused > 0 ? t('paused', { n }) : t('elsewhere', { n })
      // What another device has sent of them is not known here.
      const kept = queue.sentBytes > 0 ? [percent, t('kept', { part, whole })] : [format.size(queue.allBytes)]
      const detail = [...kept, ...lacking].join(' · ')
      return { title, detail, short: title }
    }
    case 'needs-files': {
      const title = t('needFiles', { n: queue.counts['needs-file'] })
      const kept = wordsIf(queue.sentBytes > 0, `${percent} · ${t('kept', { part, whole })}`)
      return { title, detail: [...kept, t('chooseAll')].join(' · '), short: [title, ...kept].join(' · ') }
    }
    case 'finished': {
      const { failed } = queue.counts
      const done = uploadedCount(queue)
      const title = done === 0 && failed > 0 ? t('finishedFailed', { n: failed }) : t('finished', { n: done })
      const detail = [
        ...(queue.allBytes > 0 ? [format.size(queue.allBytes)] : []),
        ...spared,
        ...wordsIf(queue.skippedFiles > 0, t('skippedCount', { n: queue.skippedFiles })),
        ...wordsIf(failed > 0 && done > 0, t('failedCount', { n: failed })),
        ...wordsIf(queue.unfitBytes > 0, t('unfit', { size: format.size(queue.unfitBytes) })),
      ].join(' · ')
      return { title, detail, short: title }
    }
  }
}

function wordsIf(condition: boolean, words: string): string[] {
  return condition ? [words] : []
}
