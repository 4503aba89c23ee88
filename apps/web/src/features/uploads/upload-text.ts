'use client'

import { useTranslations } from 'next-intl'
import { nameInSentence } from '../../components/split-name.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { deviceOf } from '../../lib/device-name.ts'
import type { UploadError, UploadItem } from './upload-item.ts'
import { percentOf } from './upload-view.ts'

const knownErrors = [
  'quota_exceeded',
  'too_large',
  'name_invalid',
  'name_too_long',
  'folder_gone',
  'no_storage',
  'upload_gone',
  'upload_mismatch',
  'receipt_invalid',
  'upload_superseded',
  'changed',
] as const

/** Why an upload failed, in a few words. */
export function useFailureText(): (error: UploadError | null) => string {
  const t = useTranslations('uploadError')
  const format = useFormat()
  return (error) => {
    if (error === null) return t('unknown')
    const missing = error.detail?.['missingBytes']
    if (error.code === 'quota_exceeded' && typeof missing === 'number') {
      const [size, group] = [format.size(missing), error.detail?.['group']]
      return group === undefined ? t('quota_exceeded_by', { size }) : t('group_full_by', { size, group })
    }
    if (error.code === 'refused') return t('refused', { code: String(error.detail?.['code'] ?? '') })
    const known = knownErrors.find((code) => code === error.code)
    return known === undefined ? t('unknown') : t(known)
  }
}

/** The second line of a row: state, numbers, what is kept. */
export function useRowText(): (item: UploadItem, waitingBehind: number) => string {
  const t = useTranslations('uploads')
  const format = useFormat()
  const failureText = useFailureText()

  const uploading = (item: UploadItem): string => {
    const { part, whole } = format.sizePair(item.sent, item.size)
    const rate = item.speed?.bytesPerSecond ?? 0
    return [
      t('percent', { p: percentOf(item) }),
      t('pairOf', { part, whole }),
      ...(item.movedTo === null
        ? []
        : [t(item.startsOver ? 'rowStartsOver' : 'rowMovedOn', { storage: item.movedTo })]),
      ...(rate > 0 ? [t('speed', { size: format.size(rate) }), format.duration((item.size - item.sent) / rate)] : []),
    ].join(' · ')
  }

  const instant = ({ size, spared }: UploadItem): string =>
    spared === size
      ? t('rowInstant', { size: format.size(size) })
      : t('rowInstantRest', { size: format.size(size), spared: format.size(spared ?? 0) })

  const queued = ({ checked }: UploadItem, waitingBehind: number): string => {
    if (checked !== null) return t('rowChecking')
    return waitingBehind > 0 ? t('rowWaitingMore', { n: waitingBehind }) : t('rowWaiting')
  }

  const waiting = (item: UploadItem): string => {
    const p = percentOf(item)
    if (item.sent === 0) return t(waitingStart[item.waitsFor])
    return t(waitingKept[item.waitsFor], { p })
  }

  const stored = (item: UploadItem): string => {
    const { copies, notice, storedName } = item
    if (notice === 'folder_gone') return t('rowFolderGone')
    if (notice === 'renamed' && storedName !== null) return t('rowRenamed', { name: nameInSentence(storedName) })
    if (item.spared !== null) return instant(item)
    if (copies === null) return t('rowStored')
    const { have, want } = copies
    if (have >= want) return t('rowDone', { have, want })
    return have === 1 && want === 2 ? t('rowStoredSecond') : t('rowStoredCopies', { have, want, missing: want - have })
  }

  return (item, waitingBehind) => {
    const p = percentOf(item)
    switch (item.state) {
      case 'queued':
        return queued(item, waitingBehind)
      case 'uploading':
        return uploading(item)
      case 'finishing':
        return t('rowFinishing')
      case 'paused':
        return item.sent > 0 ? t('rowPaused', { p }) : t('rowPausedStart')
      case 'waiting':
        return waiting(item)
      case 'needs-file':
        if (item.otherFile) return t('rowOtherFile')
        return item.sent > 0 ? t('rowNeedsFile', { p }) : t('rowNeedsFileStart')
      case 'elsewhere':
        return t(elsewhereKey(p), { device: deviceText(item.device) ?? t('otherDevice'), p })
      case 'failed':
        return failureText(item.error)
      case 'skipped':
        if (item.notice === 'finished_elsewhere') return t('rowFinishedElsewhere')
        return item.notice === 'identical' ? t('rowIdentical') : t('rowSkipped')
      case 'stored':
      case 'done':
        return stored(item)
    }
  }
}

const waitingStart = { network: 'waitingNetwork', storage: 'waitingServer', disk: 'waitingDisk' } as const
const waitingKept = { network: 'rowKept', storage: 'rowKeptStorage', disk: 'rowKeptDisk' } as const

/** Of what another page has begun, only that page knows how far it is. */
const elsewhereKey = (p: number) => (p > 0 ? 'rowElsewhere' : 'rowElsewhereStart')

/** "Firefox, Android"; null for a device that does not say what it is. */
function deviceText(agent: string | null): string | null {
  const { browser, system } = deviceOf(agent ?? '')
  return [browser, system].filter((part) => part !== null).join(', ') || null
}
