'use client'

import dynamic from 'next/dynamic'
import { useTranslations } from 'next-intl'
import { type ReactNode, useState } from 'react'
import { useToast } from '../../components/toast.tsx'
import type { Target } from '../../features/drive/use-drive-changes.ts'
import { askPreflight } from '../../features/uploads/preflight-ask.ts'
import {
  comingFiles,
  filesToSend,
  identicalFiles,
  MANY_FILES,
  needsDecision,
  type UploadPlan,
} from '../../features/uploads/preflight-plan.ts'
import { notUnderWay } from '../../features/uploads/under-way.ts'
import type { ChosenFile, UploadTarget } from '../../features/uploads/upload-job.ts'
import type { Uploads } from '../../features/uploads/use-uploads.ts'
import { type Look, useLooking } from './use-looking.tsx'
import { useHeldBytes } from './use-me.ts'

// Most uploads have nothing to decide.
const loadDialog = async () => (await import('../../features/uploads/preflight-dialog.tsx')).PreflightDialog
const PreflightDialog = dynamic(loadDialog)

type Asked = { id: number; plan: UploadPlan; target: Target; onStart: () => void }

/** Looks at files before they are uploaded, and asks the person where something is to be decided. */
export function usePreflight({ open }: Uploads): {
  look: () => Look
  /** `look`: what was begun when the files were still being read. */
  upload: (files: readonly ChosenFile[], target: Target, onStart?: () => void, look?: Look) => void
  dialog: ReactNode
} {
  const t = useTranslations('uploads')
  const toast = useToast()
  const looking = useLooking()
  // Drops that come while one is being decided wait their turn.
  const [asked, setAsked] = useState<readonly Asked[]>([])
  const start = async (files: readonly ChosenFile[], { plan, target, onStart }: Omit<Asked, 'id'>) => {
    onStart()
    const { engine } = await open()
    const place = placeOf(target)
    engine.skip(identicalFiles(plan), place)
    await engine.add([...files, ...comingFiles(plan)], place)
  }
  const upload = async (chosen: readonly ChosenFile[], target: Target, onStart: () => void, look: Look) => {
    // What uploads need is fetched at the first one, and without a network it does not come.
    const session = await open().catch(() => null)
    if (session === null) return toast({ text: t('notLoaded'), problem: true })
    const { engine, hasher, store } = session
    const files = notUnderWay(chosen, placeOf(target), store)
    if (files.length === 0 && chosen.length > 0) {
      look.end()
      onStart()
      return toast({ text: t('underWay', { count: chosen.length }) })
    }
    // Fetched while the server is asked. Where that fails, showing it fails too, which says so.
    if (files.length >= MANY_FILES) void loadDialog().catch(() => undefined)
    const plan = await askPreflight(hasher, target.id, files, look.tell)
    look.end()
    if (plan === 'unwanted') return
    if (plan === null) {
      onStart()
      await engine.add(files, placeOf(target))
    } else if (needsDecision(plan)) {
      setAsked((before) => [...before, { id: (before.at(-1)?.id ?? 0) + 1, plan, target, onStart }])
    } else {
      await start(filesToSend(plan, { all: 'keep', single: new Map() }), { plan, target, onStart })
    }
  }
  const [first] = asked
  const heldBytes = useHeldBytes(first !== undefined)
  const done = () => setAsked((before) => before.slice(1))
  return {
    look: looking.begin,
    upload: (files, target, onStart = () => undefined, look = looking.begin()) =>
      void upload(files, target, onStart, look),
    dialog:
      first === undefined ? (
        looking.dialog
      ) : (
        <PreflightDialog
          key={first.id}
          open
          heldBytes={heldBytes}
          plan={first.plan}
          folder={first.target.name.split(' / ').at(-1) ?? ''}
          onCancel={done}
          onUpload={(files) => {
            void start(files, first)
            done()
          }}
        />
      ),
  }
}

function placeOf({ id, name }: Target): UploadTarget {
  return { folderId: id, label: name }
}
