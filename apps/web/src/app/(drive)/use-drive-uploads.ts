'use client'

import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useToast } from '../../components/toast.tsx'
import { usePhone } from '../../components/use-media-query.ts'
import type { UploadDoor } from '../../features/drive/drive-context.tsx'
import type { Target } from '../../features/drive/use-drive-changes.ts'
import { pastedFiles, readDrop } from '../../features/uploads/dropped-files.ts'
import { makeDroppedFolders } from '../../features/uploads/dropped-folders.ts'
import { keepRecentTarget } from '../../features/uploads/recent-targets.ts'
import type { ChosenFile } from '../../features/uploads/upload-job.ts'
import { useUploads } from '../../features/uploads/use-uploads.ts'
import { useFileInputs } from './use-file-inputs.tsx'
import type { Look } from './use-looking.tsx'
import { usePreflight } from './use-preflight.tsx'
import { useStoredEntries } from './use-stored-entries.ts'

/** Connects the drive with the uploads: choosers, drops and pastes in, entries out. */
export function useDriveUploads(personId: string) {
  const t = useTranslations('drive')
  const toast = useToast()
  const phone = usePhone()
  const events = useStoredEntries()
  const uploads = useUploads(personId, events)
  const preflight = usePreflight(uploads)
  // Null: the person has not said; then it is open, on phones folded.
  const [open, setOpen] = useState<boolean | null>(null)

  const upload = (files: readonly ChosenFile[], target: Target, onStart?: () => void, look?: Look) => {
    keepRecentTarget(personId, { folderId: target.id, label: target.name })
    preflight.upload(files, target, onStart, look)
  }
  const add = (files: readonly ChosenFile[], target: Target) => {
    if (files.length > 0) upload(files, target)
  }
  const makeEmpty = async (folders: readonly string[], target: Target) => {
    const left = await makeDroppedFolders(target.id, folders)
    events.onPrepared(new Set([target.id]), true)
    if (left > 0) toast({ text: t('emptyFoldersLeft', { n: left }), problem: true })
  }
  const addDropped = async (transfer: DataTransfer, target: Target) => {
    const look = preflight.look()
    const dropped = await readDrop(transfer, (found) => look.tell(found, null))
    if (dropped === null) return
    const { files, emptyFolders, unreadable } = dropped
    const onStart = () => void (emptyFolders.length > 0 ? makeEmpty(emptyFolders, target) : undefined)
    if (files.length > 0) upload(files, target, onStart, look)
    else {
      look.end()
      onStart()
    }
    if (unreadable > 0) toast({ text: t('unreadable', { n: unreadable }), problem: true })
  }
  const inputs = useFileInputs({
    // What uploads need is fetched meanwhile; without a network, the choice finds that out.
    onChoosing: () => void uploads.open().catch(() => undefined),
    onChosen: add,
  })
  const door: UploadDoor = {
    pick: inputs.pick,
    pasteFiles: (files, target) => add(pastedFiles(files, new Date()), target),
    dropFiles: (transfer, target) => void addDropped(transfer, target),
  }
  return {
    uploads,
    door,
    upload,
    inputs: inputs.elements,
    dialog: preflight.dialog,
    panel: { open: open ?? !phone, setOpen, reset: () => setOpen(null) },
  }
}
