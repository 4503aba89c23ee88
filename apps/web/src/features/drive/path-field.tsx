'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useEffect, useId, useRef, useState } from 'react'
import { cn } from '../../components/class-names.ts'
import { listFolders, ROOT_ID } from './api-client.ts'
import { useDrive } from './drive-context.tsx'
import { treeKey } from './folder-cache.ts'
import { completionsOf, splitPath } from './typed-path.ts'
import type { Target } from './use-drive-changes.ts'
import { focusEntry } from './use-folder-pane.ts'

const FRESH_MS = 30_000

type PathFieldProps = { path: readonly Target[]; onClose: () => void }

/** The way to a folder as text; names of folders are completed while it is typed. */
export function PathField({ path, onClose }: PathFieldProps) {
  const t = useTranslations('drive')
  const drive = useDrive()
  const followPath = useFollowPath()
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const [text, setText] = useState(path.map(({ name }) => `${name}/`).join(''))
  const [lost, setLost] = useState(false)
  const [completions, setCompletions] = useState<readonly string[]>([])
  useEffect(() => field.current?.select(), [])
  useEffect(() => {
    let current = true
    void followPath(splitPath(text).above).then((folder) => {
      if (current) setCompletions(folder === null ? [] : completionsOf(text, folder.children))
    })
    return () => {
      current = false
    }
  }, [text, followPath])

  const open = async () => {
    const folder = await followPath(text.split('/').filter((name) => name !== ''))
    if (folder === null) {
      setLost(true)
      return
    }
    onClose()
    drive.open(folder.id)
  }
  return (
    <form
      className="min-w-0 flex-1"
      onSubmit={(event) => {
        event.preventDefault()
        void open()
      }}
    >
      <input
        ref={field}
        value={text}
        list={id}
        aria-label={t('path')}
        aria-invalid={lost}
        autoComplete="off"
        spellCheck={false}
        onChange={({ target }) => {
          setLost(false)
          setText(target.value)
        }}
        onBlur={onClose}
        onKeyDown={({ key }) => {
          if (key !== 'Escape') return
          onClose()
          focusEntry(null)
        }}
        className={cn(
          'h-9 w-full rounded-button bg-field px-2.5 text-15 inset-ring inset-ring-control',
          lost && 'inset-ring-[1.5px] inset-ring-danger',
        )}
      />
      <datalist id={id}>
        {completions.map((way) => (
          <option key={way} value={way} />
        ))}
      </datalist>
    </form>
  )
}

/** Goes down a way of names, asking for each folder once; null where there is no such folder. */
function useFollowPath() {
  const client = useQueryClient()
  const follow = useRef(async (names: readonly string[]) => {
    let id = ROOT_ID
    for (let at = 0; ; at += 1) {
      const here = id
      const { folders } = await client.fetchQuery({
        queryKey: treeKey(here),
        queryFn: () => listFolders(here),
        staleTime: FRESH_MS,
      })
      const name = names[at]
      if (name === undefined) return { id, children: folders.map((folder) => folder.name) }
      const next = folders.find((folder) => folder.name === name)
      if (next === undefined) return null
      id = next.id
    }
  })
  return follow.current
}
