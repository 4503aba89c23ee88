'use client'

import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { useSearchParams } from 'next/navigation'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { Me } from '../../features/auth/schema.ts'
import { useDrive } from '../../features/drive/drive-context.tsx'
import type { EntryDoors } from '../../features/drive/entry-doors.tsx'
import { addTo, distrustOthers, refresh, refreshGathered, refreshSums } from '../../features/drive/folder-cache.ts'
import type { EntryItem } from '../../features/drive/schema.ts'
import { focusEntry } from '../../features/drive/use-folder-pane.ts'
import type { EditorDoors } from '../../features/editor/editor-doors.ts'
import { ME_KEY } from './use-me.ts'

const Editor = dynamic(() => import('../../features/editor/editor.tsx').then(({ Editor: part }) => part), {
  ssr: false,
})
const MarkdownView = dynamic(
  () => import('../../features/preview/markdown-view.tsx').then(({ MarkdownView: part }) => part),
  { ssr: false },
)
// With what it needs of uploads and encodings, it comes with the first text.
const loadFiles = () => import('./edited-file.ts')
const PARAMETER = 'edit'

function addressOf(id: string | null): string {
  const url = new URL(window.location.href)
  url.searchParams.delete('preview')
  if (id === null) url.searchParams.delete(PARAMETER)
  else url.searchParams.set(PARAMETER, id)
  return url.pathname + url.search
}

/**
 * The editor over the drive. Which file it shows stands in the address, as for the preview. While something is not saved,
 * Back does not close it but asks.
 */
export function useEditorDoor(): Required<Pick<EntryDoors, 'edit' | 'createText'>> & { shown: ReactNode } {
  const client = useQueryClient()
  const id = useSearchParams().get(PARAMETER)
  const [held, setHeld] = useState<string | null>(null)
  const [unsaved, setUnsaved] = useState(false)
  const [asked, setAsked] = useState(false)
  const pushed = useRef(false)
  if (id !== null && held !== id) setHeld(id)
  useEffect(() => {
    if (id !== null || held === null) return
    if (!unsaved) return setHeld(null)
    window.history.pushState(null, '', addressOf(held))
    pushed.current = true
    setAsked(true)
  }, [id, held, unsaved])

  const open = (entryId: string) => {
    pushed.current = true
    window.history.pushState(null, '', addressOf(entryId))
  }
  const leave = () => {
    setUnsaved(false)
    setAsked(false)
    setHeld(null)
    if (pushed.current) window.history.back()
    else window.history.replaceState(null, '', addressOf(null))
    pushed.current = false
  }
  const moveOn = (entryId: string) => window.history.replaceState(null, '', addressOf(entryId))
  const shownId = id ?? (unsaved ? held : null)
  return {
    edit: ({ id: entryId }) => open(entryId),
    createText: async (name, folderId) => {
      const files = await loadFiles()
      const entry = await files.createText(name, folderId)
      addTo(client, folderId, [entry])
      refreshSums(client)
      refreshGathered(client)
      open(entry.id)
    },
    shown:
      shownId === null ? null : (
        <EditorOver
          id={shownId}
          asked={asked}
          onUnsaved={setUnsaved}
          onAsk={() => (unsaved ? setAsked(true) : leave())}
          onStay={() => setAsked(false)}
          onLeave={leave}
          onMoveOn={moveOn}
        />
      ),
  }
}

type EditorOverProps = {
  id: string
  asked: boolean
  onUnsaved: (unsaved: boolean) => void
  onAsk: () => void
  onStay: () => void
  onLeave: () => void
  onMoveOn: (id: string) => void
}

function EditorOver({ onMoveOn, ...rest }: EditorOverProps) {
  const client = useQueryClient()
  const { folderId } = useDrive()
  const person = client.getQueryData<Me>(ME_KEY)?.id ?? ''
  return (
    <Editor
      {...rest}
      doors={doorsOf(client, folderId, onMoveOn)}
      person={person}
      Markdown={MarkdownView}
      addressOf={(id) => `/drive?preview=${encodeURIComponent(id)}`}
      onReturnFocus={() => focusEntry(rest.id)}
    />
  )
}

function doorsOf(client: QueryClient, openFolder: string, onMoveOn: (id: string) => void): EditorDoors {
  const changed = () => {
    refresh(client, openFolder)
    distrustOthers(client)
    refreshGathered(client)
    refreshSums(client)
    void client.invalidateQueries({ queryKey: ['preview'] })
    void client.invalidateQueries({ queryKey: ['details'] })
  }
  return {
    open: async (id, signal) => (await loadFiles()).openText(id, signal),
    save: async (file, bytes) => {
      const hash = await (await loadFiles()).saveText(file, bytes)
      changed()
      return hash
    },
    currentHash: async (id) => (await loadFiles()).currentHash(id),
    saveCopy: async ({ name, folderId }, bytes): Promise<EntryItem> => {
      const [where, copy] = await (await loadFiles()).saveBeside(name, folderId, bytes)
      addTo(client, where, [copy])
      changed()
      return copy
    },
    onCopy: ({ id }) => onMoveOn(id),
  }
}
