'use client'

import { useTranslations } from 'next-intl'
import { type ChangeEvent, type ReactNode, useEffect, useRef } from 'react'
import { useToast } from '../../components/toast.tsx'
import type { Pickable } from '../../features/drive/drive-context.tsx'
import type { Target } from '../../features/drive/use-drive-changes.ts'
import { chosenFiles, photographed } from '../../features/uploads/dropped-files.ts'
import type { ChosenFile } from '../../features/uploads/upload-job.ts'

type FileInputs = { elements: ReactNode; pick: (what: Pickable, target: Target) => void }

type FileInputEvents = {
  /** A chooser is open: what is chosen will come soon. */
  onChoosing: () => void
  onChosen: (files: ChosenFile[], target: Target) => void
}

/** The browser's own file choosers. What is chosen goes to the folder that was open when the chooser was. */
export function useFileInputs({ onChoosing, onChosen }: FileInputEvents): FileInputs {
  const t = useTranslations('uploads')
  const toast = useToast()
  const target = useRef<Target | null>(null)
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const pictures = useRef<HTMLInputElement>(null)
  const photo = useRef<HTMLInputElement>(null)
  // React does not know the attribute that makes a chooser take folders.
  useEffect(() => folder.current?.setAttribute('webkitdirectory', ''), [])

  const take = (event: ChangeEvent<HTMLInputElement>) => {
    const chosen = chosenFiles(event.target.files ?? [])
    event.target.value = ''
    if (chosen.length > 0 && target.current !== null) onChosen(chosen, target.current)
  }
  const takePhoto = (event: ChangeEvent<HTMLInputElement>) => {
    const [taken] = event.target.files ?? []
    event.target.value = ''
    if (taken === undefined || target.current === null) return
    onChosen([photographed(taken, new Date())], target.current)
    toast({ text: t('photoTaken'), action: { label: t('anotherPhoto'), run: () => photo.current?.click() } })
  }
  const inputs = { files, folder, pictures, photo }
  return {
    pick: (what, into) => {
      target.current = into
      inputs[what].current?.click()
      onChoosing()
    },
    elements: (
      <>
        <input ref={files} type="file" hidden multiple onChange={take} />
        <input ref={folder} type="file" hidden multiple onChange={take} />
        <input ref={pictures} type="file" hidden multiple accept="image/*,video/*" onChange={take} />
        <input ref={photo} type="file" hidden accept="image/*" capture="environment" onChange={takePhoto} />
      </>
    ),
  }
}
