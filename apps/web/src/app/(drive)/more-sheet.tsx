'use client'

import {
  AudioLines,
  Clapperboard,
  File,
  FileText,
  Image,
  Package,
  Settings,
  Star,
  Tag,
  Trash2,
  Upload,
} from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { ActionSheet } from '../../components/action-sheet.tsx'
import type { MenuAction } from '../../components/menu-action.ts'
import { useDrive } from '../../features/drive/drive-context.tsx'
import { type Place, placeId } from '../../features/drive/place.ts'
import type { Category } from '../../lib/entries/entry-item.ts'

const categories: readonly (readonly [Category, MenuAction['icon']])[] = [
  ['image', Image],
  ['video', Clapperboard],
  ['audio', AudioLines],
  ['document', FileText],
  ['archive', Package],
  ['other', File],
]

type MoreSheetProps = { open: boolean; onOpenChange: (open: boolean) => void; onUploads: () => void }

/** Where else a phone can go: what the sidebar has on wide screens. */
export function MoreSheet({ open, onOpenChange, onUploads }: MoreSheetProps) {
  const t = useTranslations('shell')
  const places = useTranslations('places')
  const drive = useDrive()
  const router = useRouter()
  const to = (place: Place) => () => drive.open(placeId(place))
  return (
    <ActionSheet
      open={open}
      onOpenChange={onOpenChange}
      label={t('more')}
      groups={[
        [
          { id: 'favourites', label: places('favourites'), icon: Star, run: to({ kind: 'favourites' }) },
          { id: 'tags', label: places('tags'), icon: Tag, run: () => router.push('/tags') },
          { id: 'trash', label: places('trash'), icon: Trash2, run: to({ kind: 'trash' }) },
        ],
        categories.map(([category, icon]) => ({
          id: category,
          label: places(`category.${category}`),
          icon,
          run: to({ kind: 'category', category }),
        })),
        [
          { id: 'uploads', label: t('uploads'), icon: Upload, run: onUploads },
          { id: 'settings', label: t('settings'), icon: Settings, run: () => router.push('/settings/profile') },
        ],
      ]}
    />
  )
}
