'use client'

import { useTranslations } from 'next-intl'
import { Dialog } from '../../components/dialog.tsx'
import { usePreferences } from '../../components/preferences-provider.tsx'
import { mainKey } from './main-key.ts'

type KeyboardDialogProps = { open: boolean; onOpenChange: (open: boolean) => void }

export function KeyboardDialog({ open, onOpenChange }: KeyboardDialogProps) {
  const t = useTranslations('keyboard')
  const main = mainKey()
  const { preferences, change } = usePreferences()
  const keys: [string, string][] = [
    ['↑ ↓ ← →', t('move')],
    [`${main} ↑ ↓ ← →`, t('moveOnly')],
    ['Home, End', t('edges')],
    ['Shift ↑ ↓', t('extend')],
    ['Space', t('toggle')],
    ['Enter', t('open')],
    ['Backspace, Alt ↑', t('parent')],
    [`${main} A`, t('all')],
    ['Esc', t('none')],
    ['F2', t('rename')],
    ['Del', t('trash')],
    ['Shift Del', t('remove')],
    [`${main} C, X`, t('copy')],
    [`${main} V`, t('paste')],
    [`${main} D`, t('copyHere')],
    [`${main} Z`, t('undo')],
    [`${main} Shift Z`, t('redo')],
    ['U', t('uploadFiles')],
    ['Shift U', t('uploadFolder')],
    ['Shift N', t('newFolder')],
    ['S', t('share')],
    ['M', t('moveTo')],
    ['T', t('tags')],
    ['F', t('favourite')],
    ['Shift D', t('download')],
    ['V', t('view')],
    ['I', t('details')],
    [`${main} K, /`, t('palette')],
    [`${main} L`, t('editPath')],
    ['G D', t('goDrive')],
    ['G R', t('goRecent')],
    ['G F', t('goFavourites')],
    ['G S', t('goShared')],
    ['G T', t('goTrash')],
    ['Shift F10', t('contextMenu')],
    [t('letters'), t('find')],
    ['?', t('help')],
  ]
  const previewKeys: [string, string][] = [
    ['← →', t('previewStep')],
    ['+ −', t('previewZoom')],
    ['0', t('previewFit')],
    ['F', t('previewFull')],
    ['E', t('edit')],
    ['I', t('details')],
    ['Space', t('previewPlay')],
  ]
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t('title')} className="max-w-[900px]">
      <div className="scrollbar-thin overflow-y-auto px-6 pb-6 phone:px-5">
        <Keys keys={keys} />
        <h3 className="pt-5 pb-1 font-semibold text-13">{t('inPreview')}</h3>
        <Keys keys={previewKeys} />
      </div>
      <label className="flex items-center gap-2.5 px-6 pb-5 text-13 phone:px-5">
        <input
          type="checkbox"
          className="size-4 accent-accent"
          checked={preferences.letters === 'commands'}
          onChange={({ target }) => change({ letters: target.checked ? 'commands' : 'names' })}
        />
        {t('lettersSwitch')}
      </label>
    </Dialog>
  )
}

function Keys({ keys }: { keys: readonly [string, string][] }) {
  return (
    <dl className="grid grid-cols-3 gap-x-8 max-[900px]:grid-cols-2 phone:grid-cols-1">
      {keys.map(([key, meaning]) => (
        <div key={meaning} className="flex h-9 items-center justify-between gap-4 border-line border-b text-13">
          <dd className="truncate">{meaning}</dd>
          <dt className="shrink-0">
            <kbd className="rounded-tag px-1.5 py-0.5 font-medium font-sans text-11 text-ink-3 inset-ring inset-ring-line-2">
              {key}
            </kbd>
          </dt>
        </div>
      ))}
    </dl>
  )
}
