'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Check, Minus, Plus } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { type KeyboardEvent, useState } from 'react'
import { Asked } from '../../components/asked.tsx'
import { Button } from '../../components/button.tsx'
import { cn } from '../../components/class-names.ts'
import { Dialog, DialogButtons } from '../../components/dialog.tsx'
import { Icon } from '../../components/icon.tsx'
import { nameInSentence } from '../../components/split-name.ts'
import { LABELS_KEY } from '../../lib/entries/labels-key.ts'
import type { EntrySelector } from '../../lib/entries/selector.ts'
import { countTags, createTag } from './api-client.ts'
import { ColourChoice } from './colour-choice.tsx'
import { type LabelledEntry, type TagColour, type TagItem, tagColours } from './schema.ts'
import { changeOf, type Ticked, taggedAs, taggedBy, tagsFor, tickedBy } from './tag-choice.ts'
import { TagDot } from './tag-dot.tsx'
import { useLabels } from './use-labels.ts'

type TagEditorProps = {
  entries: readonly LabelledEntry[]
  /** What is selected, where that is more than `entries`, which are loaded; and how many that is. */
  all: { selector: EntrySelector; count: number } | undefined
  onClose: () => void
  onChange: (add: readonly string[], remove: readonly string[]) => void
  onReturnFocus: () => void
}

/** Chooses the tags of entries, and makes new ones on the way. Nothing changes before "Done". */
export function TagEditor({ entries, all, onClose, onChange, onReturnFocus }: TagEditorProps) {
  const t = useTranslations('labels')
  const [chosen, setChosen] = useState<ReadonlyMap<string, boolean>>(new Map())
  const [typed, setTyped] = useState('')
  const { fitting, creatable } = tagsFor(typed, useLabels()?.tags ?? [])
  const choose = (id: string, on: boolean) => setChosen((before) => new Map(before).set(id, on))
  const creating = useCreating((tag) => {
    choose(tag.id, true)
    setTyped('')
  })
  const asked = useTagged(entries, all?.selector)
  const tagged = asked.data
  const ticked = (id: string): Ticked => chosen.get(id) ?? (tagged === undefined ? false : tickedBy(tagged, id))
  const done = () => {
    if (tagged === undefined) return
    const { add, remove } = changeOf(tagged, chosen)
    if (add.length + remove.length > 0) onChange(add, remove)
    onClose()
  }
  const enter = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
    event.preventDefault()
    const [only] = fitting
    if (typed.trim() === '') done()
    else if (creatable && fitting.length === 0) creating.make(typed)
    else if (only !== undefined) {
      choose(only.id, ticked(only.id) !== true)
      setTyped('')
    }
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('tagsOf', { n: all?.count ?? entries.length, name: nameInSentence(entries[0]?.name ?? '') })}
      className="max-w-[400px]"
      onCloseAutoFocus={(event) => {
        event.preventDefault()
        onReturnFocus()
      }}
    >
      <div className="px-6 phone:px-5">
        <input
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={enter}
          aria-label={t('find')}
          placeholder={t('find')}
          maxLength={40}
          className="h-9 w-full rounded-button bg-field px-3 inset-ring inset-ring-control placeholder:text-ink-3 phone:h-11 phone:text-16"
        />
      </div>
      <div className="scrollbar-thin mt-2 max-h-[280px] min-h-[72px] overflow-y-auto px-3.5 pb-2 phone:px-2.5">
        <Asked of={asked} small="boxed">
          {() =>
            fitting.map((tag) => (
              <TagLine key={tag.id} tag={tag} ticked={ticked(tag.id)} onTick={(on) => choose(tag.id, on)} />
            ))
          }
        </Asked>
        {creatable ? <NewTag name={typed.trim()} creating={creating} onMake={() => creating.make(typed)} /> : null}
        {fitting.length === 0 && !creatable ? <p className="px-2.5 py-3 text-13 text-ink-3">{t('none')}</p> : null}
      </div>
      <DialogButtons>
        <Button kind="ghost" onClick={onClose}>
          {t('cancel')}
        </Button>
        <Button kind="primary" disabled={tagged === undefined} onClick={done}>
          {t('done')}
        </Button>
      </DialogButtons>
    </Dialog>
  )
}

/** Who carries what: of what is loaded at once, of everything that is selected as the server counts it now. */
function useTagged(entries: readonly LabelledEntry[], selector: EntrySelector | undefined) {
  return useQuery({
    queryKey: ['tags-of', selector ?? entries.map(({ id }) => id)],
    queryFn: async () => (selector === undefined ? taggedBy(entries) : taggedAs(await countTags(selector))),
    ...(selector === undefined ? { initialData: taggedBy(entries) } : {}),
    gcTime: 0,
    // What is ticked must not change under somebody's hands.
    staleTime: Number.POSITIVE_INFINITY,
  })
}

function useCreating(onMade: (tag: TagItem) => void) {
  const client = useQueryClient()
  const count = useLabels()?.tags.length ?? 0
  const [colour, setColour] = useState<TagColour | null>(null)
  // Each new tag looks different from the last one, unless a colour was chosen.
  const next = colour ?? tagColours[count % tagColours.length] ?? 'teal'
  const mutation = useMutation({
    mutationFn: (name: string) => createTag(name.trim(), next),
    onSuccess: async (tag) => {
      await client.invalidateQueries({ queryKey: LABELS_KEY })
      setColour(null)
      onMade(tag)
    },
  })
  return { make: mutation.mutate, colour: next, setColour }
}

type TagLineProps = { tag: TagItem; ticked: Ticked; onTick: (on: boolean) => void }

function TagLine({ tag, ticked, onTick }: TagLineProps) {
  return (
    <button
      type="button"
      role="checkbox"
      aria-checked={ticked}
      onClick={() => onTick(ticked !== true)}
      className="flex h-9 w-full items-center gap-2.5 rounded-tile px-2.5 text-left hover:bg-hover coarse:h-11"
    >
      <span
        className={cn(
          'grid size-4 place-items-center rounded-tag forced-colors:border',
          ticked === false ? 'inset-ring-[1.5px] inset-ring-control' : 'bg-accent text-on-accent',
        )}
      >
        {ticked === false ? null : <Icon of={ticked === 'mixed' ? Minus : Check} size="tiny" className="size-3" />}
      </span>
      <TagDot colour={tag.colour} />
      <bdi className="min-w-0 flex-1 truncate">{tag.name}</bdi>
    </button>
  )
}

type NewTagProps = { name: string; creating: ReturnType<typeof useCreating>; onMake: () => void }

function NewTag({ name, creating, onMake }: NewTagProps) {
  const t = useTranslations('labels')
  return (
    <div className="flex flex-col gap-1">
      <button
        type="button"
        onClick={onMake}
        className="flex h-9 w-full items-center gap-2.5 rounded-tile px-2.5 text-left text-accent-text hover:bg-hover coarse:h-11"
      >
        <Icon of={Plus} size="small" />
        <TagDot colour={creating.colour} />
        <bdi className="min-w-0 flex-1 truncate">{t('create', { name })}</bdi>
      </button>
      <div className="px-2.5">
        <ColourChoice value={creating.colour} onChoose={creating.setColour} />
      </div>
    </div>
  )
}
