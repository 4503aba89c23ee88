'use client'

import { Check, Copy } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { type MouseEvent, useState } from 'react'
import { IconButton } from './button.tsx'
import { copyText } from './copy-text.ts'
import { Icon } from './icon.tsx'
import { useAnnounce } from './live-region.tsx'

const SHOWN_MS = 1_500

/** Copies a text that is shown shortened, whole. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const t = useTranslations('common')
  const announce = useAnnounce()
  const [copied, setCopied] = useState(false)
  const copy = async ({ currentTarget }: MouseEvent<HTMLButtonElement>) => {
    if (!(await copyText(text, currentTarget.parentElement ?? document.body))) return
    currentTarget.focus()
    setCopied(true)
    announce(t('copied'))
    setTimeout(() => setCopied(false), SHOWN_MS)
  }
  return (
    <IconButton small label={label} onClick={(event) => void copy(event)}>
      <Icon of={copied ? Check : Copy} size="tiny" />
    </IconButton>
  )
}
