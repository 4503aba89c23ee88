import { type RefObject, useEffect, useRef, useState } from 'react'
import { ApiFailure } from '../../lib/call-api.ts'
import type { Draft, Drafts } from './drafts.ts'
import type { EditedFile, EditorDoors } from './editor-doors.ts'
import { type SaveTrouble, troubleOf } from './save-trouble.ts'
import type { TextFieldHandle, TextMoment } from './text-field.tsx'
import { TEXT_BYTES_MAX, writeText } from './text-form.ts'
import { useDraft } from './use-draft.ts'

type SaveState = 'saved' | 'unsaved' | 'saving' | 'failed'

type SavingOptions = {
  file: EditedFile
  field: RefObject<TextFieldHandle | null>
  doors: EditorDoors
  drafts: Drafts
  onUnsaved: (unsaved: boolean) => void
}

export type Saving = ReturnType<typeof useSaving>

/** Keeps a text: on this device with every change, in the drive when it is told to. */
export function useSaving({ file, field, doors, drafts, onUnsaved }: SavingOptions) {
  const { id, name } = file.item
  const base = useRef(file.sha256)
  const stored = useRef<TextMoment | null>(null)
  const draft = useDraft({ id, base, field, drafts })
  const [unsaved, setUnsaved] = useState(false)
  const { saving, trouble, setTrouble, attempt } = useAttempts()

  const tell = (isUnsaved: boolean) => {
    setUnsaved(isUnsaved)
    onUnsaved(isUnsaved)
  }
  /** Whether what is in the field is what is stored. */
  const note = (): boolean => {
    const isStored = stored.current !== null && field.current?.isAt(stored.current) === true
    tell(!isStored)
    if (isStored) void draft.drop()
    else draft.keepSoon()
    return isStored
  }
  const send = async (text: TextFieldHandle) => {
    const moment = text.now()
    base.current = await doors.save({ id, name, sha256: base.current }, bytesOf(text, file))
    stored.current = moment
  }
  const save = async (): Promise<boolean> => {
    const text = field.current
    if (text === null || saving) return false
    if (stored.current !== null && text.isAt(stored.current)) return true
    return (await attempt(() => send(text))) && note()
  }
  /** Ours in the place of theirs. */
  const overwrite = () =>
    attempt(async () => {
      if (field.current === null) return
      base.current = await doors.currentHash(id)
      await send(field.current)
      note()
    })
  /** Ours beside theirs, as a file of its own. */
  const saveCopy = () =>
    attempt(async () => {
      if (field.current === null) return
      const copy = await doors.saveCopy({ name, folderId: file.folderId }, bytesOf(field.current, file))
      await forget()
      doors.onCopy(copy)
    })
  const forget = async () => {
    tell(false)
    await draft.drop()
  }
  const fill = (text: string, sha256: string) => {
    base.current = sha256
    field.current?.fill(text)
  }

  useAgainOnline(trouble?.kind === 'offline', () => void save())
  useWarning(unsaved)
  return {
    state: stateOf({ saving, trouble, unsaved }),
    trouble,
    note,
    save,
    overwrite,
    saveCopy,
    forget,
    /** What is in the field now is what is stored. */
    begin: () => {
      stored.current = field.current?.now() ?? null
    },
    /** What was written before, on the content that it was written on. */
    restore: ({ text, sha256 }: Draft) => fill(text, sha256),
    /** As the file was opened. */
    startAgain: () => {
      setTrouble(null)
      fill(file.text, file.sha256)
    },
  }
}

function bytesOf(text: TextFieldHandle, { form }: EditedFile): Uint8Array<ArrayBuffer> {
  const bytes = writeText(text.written(), form)
  if (bytes.length <= TEXT_BYTES_MAX) return bytes
  throw new ApiFailure(413, { code: 'too_large', message: `A text may have ${TEXT_BYTES_MAX} bytes at most.` })
}

/** Attempts to store, one at a time: what one was refused for is shown until the next one. */
function useAttempts() {
  const [saving, setSaving] = useState(false)
  const [trouble, setTrouble] = useState<SaveTrouble | null>(null)
  const attempt = async (act: () => Promise<void>): Promise<boolean> => {
    setSaving(true)
    setTrouble(null)
    try {
      await act()
      return true
    } catch (error) {
      setTrouble(troubleOf(error, navigator.onLine))
      return false
    } finally {
      setSaving(false)
    }
  }
  return { saving, trouble, setTrouble, attempt }
}

function stateOf(at: { saving: boolean; trouble: SaveTrouble | null; unsaved: boolean }): SaveState {
  if (at.saving) return 'saving'
  if (at.trouble !== null) return 'failed'
  return at.unsaved ? 'unsaved' : 'saved'
}

/** What could not be sent without a network is sent when it is back. */
function useAgainOnline(waits: boolean, again: () => void): void {
  const latest = useRef(again)
  latest.current = again
  useEffect(() => {
    if (!waits) return
    const online = () => latest.current()
    window.addEventListener('online', online)
    return () => window.removeEventListener('online', online)
  }, [waits])
}

/** The browser asks before it closes the page or goes elsewhere. */
function useWarning(unsaved: boolean): void {
  useEffect(() => {
    if (!unsaved) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [unsaved])
}
