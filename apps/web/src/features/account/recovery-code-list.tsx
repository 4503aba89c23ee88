'use client'

import { Copy, Download } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { DialogButtons } from '../../components/dialog.tsx'
import { Icon } from '../../components/icon.tsx'

/** The only time that these can be read. */
export function RecoveryCodeList({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const t = useTranslations('account')
  const [copied, setCopied] = useState(false)
  const text = `${codes.join('\n')}\n`
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
  }
  return (
    <>
      <div className="px-6 pb-4 phone:px-5">
        <p className="text-13 text-ink-2">{t('codesSentence')}</p>
        <ol className="mt-3 grid grid-cols-2 gap-x-6 gap-y-1.5 rounded-card bg-sunken px-5 py-4 font-mono text-14">
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ol>
        <div className="mt-3 flex flex-wrap gap-2">
          {/* Browsers give the clipboard to secure pages only. */}
          {globalThis.isSecureContext ? (
            <Button size="sm" onClick={() => void copy()}>
              <Icon of={Copy} size="small" />
              {copied ? t('copied') : t('copy')}
            </Button>
          ) : null}
          <a
            href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
            download="cairn-recovery-codes.txt"
            className="inline-flex h-[30px] items-center gap-1.5 rounded-tile px-2.5 font-medium text-13 inset-ring inset-ring-line-2 hover:bg-hover coarse:h-11"
          >
            <Icon of={Download} size="small" />
            {t('saveAsFile')}
          </a>
        </div>
      </div>
      <DialogButtons>
        <Button kind="primary" autoFocus onClick={onDone}>
          {t('codesKept')}
        </Button>
      </DialogButtons>
    </>
  )
}
