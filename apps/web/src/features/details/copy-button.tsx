'use client'

import { Check, Copy } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { IconButton } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { useAnnounce } from '../../components/live-region.tsx'

const SHOWN_MS = 1_500

/** Copies a text that is shown shortened, whole. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const t = useTranslations('details')
  const announce = useAnnounce()
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await copyText(text)
    setCopied(true)
    announce(t('copied'))
    setTimeout(() => setCopied(false), SHOWN_MS)
  }
  return (
    <IconButton small label={label} onClick={() => void copy()}>
      <Icon of={copied ? Check : Copy} size="tiny" />
    </IconButton>
  )
}

async function copyText(text: string): Promise<void> {
  // Plain http on a network address is no secure context and has no clipboard.
  if (navigator.clipboard !== undefined) return await navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'sr-only'
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}
