'use client'

import { X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { IconButton } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'

type EditorBarProps = { title: string; status?: ReactNode; onClose: () => void; children?: ReactNode }

/** The line at the top: away from here, what it is, how it stands. */
export function EditorBar({ title, status, onClose, children }: EditorBarProps) {
  const t = useTranslations('editor')
  return (
    <header className="flex h-[60px] shrink-0 items-center gap-1 border-line border-b px-3">
      <IconButton label={t('close')} className="size-9" onClick={onClose}>
        <Icon of={X} size="large" />
      </IconButton>
      <div className="min-w-0 flex-1 pl-1.5">
        <Radix.Title className="truncate font-medium text-14" title={title}>
          <bdi>{title}</bdi>
        </Radix.Title>
        {status}
      </div>
      {children}
    </header>
  )
}
