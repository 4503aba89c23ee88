'use client'

import { FileText, FolderPlus, NotebookPen } from 'lucide-react'
import { useTranslations } from 'next-intl'
import type { MenuAction } from '../../components/menu-action.ts'
import { useDrive } from './drive-context.tsx'

/** What can be made where the person is: for the button, the sheet, the menu of the ground and the palette. */
export function useNewActions(): MenuAction[] {
  const shell = useTranslations('shell')
  const t = useTranslations('editor')
  const { setNaming } = useDrive()
  return [
    {
      id: 'new-folder',
      label: shell('newFolder'),
      icon: FolderPlus,
      keys: 'Shift N',
      run: () => setNaming({ kind: 'create' }),
    },
    {
      id: 'new-text',
      label: t('newTextTitle'),
      icon: FileText,
      run: () => setNaming({ kind: 'write', form: 'text' }),
    },
    {
      id: 'new-markdown',
      label: t('newMarkdownTitle'),
      icon: NotebookPen,
      run: () => setNaming({ kind: 'write', form: 'markdown' }),
    },
  ]
}
