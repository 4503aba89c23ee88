'use client'

import { Redo2, Search, Undo2 } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { type RefObject, useEffect, useId, useRef, useState } from 'react'
import { Button, IconButton } from '../../components/button.tsx'
import { cn } from '../../components/class-names.ts'
import { Icon } from '../../components/icon.tsx'
import { Segmented } from '../../components/segmented.tsx'
import { usePhone } from '../../components/use-media-query.ts'
import { useFormat } from '../../i18n/use-format.ts'
import type { Draft, Drafts } from './drafts.ts'
import type { EditorProps } from './editor.tsx'
import { EditorBar } from './editor-bar.tsx'
import type { EditedFile } from './editor-doors.ts'
import { LeaveDialog } from './leave-dialog.tsx'
import { NoticeBar } from './notice-bar.tsx'
import { TextField, type TextFieldHandle } from './text-field.tsx'
import { TroubleBar } from './trouble-bar.tsx'
import { type Saving, useSaving } from './use-saving.ts'
import { useSearchPhrases } from './use-search-phrases.ts'

const PAGE_AFTER_MS = 200

type Shown = 'write' | 'both' | 'read'
type WritingDeskProps = EditorProps & { file: EditedFile; draft: Draft | null; drafts: Drafts }

/** The text, how it stands, and beside it, for Markdown, the page that it becomes. */
export function WritingDesk(props: WritingDeskProps) {
  const { file, draft, doors, drafts, Markdown, onUnsaved } = props
  const t = useTranslations('editor')
  const phone = usePhone()
  const hint = useId()
  const phrases = useSearchPhrases()
  const field = useRef<TextFieldHandle>(null)
  const saving = useSaving({ file, field, doors, drafts, onUnsaved })
  const { language } = file
  const isMarkdown = language === 'markdown'
  const [chosen, setShown] = useState<Shown | null>(null)
  const shown = shownOf(chosen, { isMarkdown, phone })
  const page = usePage(file.text, field)
  const restored = useRestored(field, { file, draft, saving, afterFill: page.turn })

  const onChange = () => {
    saving.note()
    page.turnSoon()
  }
  return (
    <>
      <EditorBar title={file.item.name} status={<Status file={file} saving={saving} />} onClose={props.onAsk}>
        {phone ? null : <Tools field={field} />}
        {isMarkdown ? <ShownChoice value={shown} phone={phone} onChange={setShown} /> : null}
        <Button
          kind={saving.state === 'saved' ? 'plain' : 'primary'}
          className="ml-2"
          aria-keyshortcuts="Control+S Meta+S"
          onClick={() => void saving.save()}
        >
          {t('save')}
        </Button>
      </EditorBar>
      {phone && shown !== 'read' ? (
        <div className="flex h-11 shrink-0 items-center justify-around border-line border-b">
          <Tools field={field} />
        </div>
      ) : null}
      <TroubleBar saving={saving} address={props.addressOf(file.item.id)} />
      {restored === null ? null : <RestoredBar at={restored.at} onDiscard={restored.discard} onKeep={restored.keep} />}
      {file.form.encoding === 'utf-8' ? null : (
        <NoticeBar>{t('willBeUtf8', { encoding: file.encodingName })}</NoticeBar>
      )}
      <p id={hint} className="sr-only">
        {t('keyboardHint')}
      </p>
      <div className="flex min-h-0 flex-1">
        <div className={cn('min-w-0 flex-1 flex-col', shown === 'read' ? 'hidden' : 'flex')}>
          <TextField
            handle={field}
            initial={file.text}
            lineEnd={file.form.lineEnd}
            language={language}
            label={t('textOf', { name: file.item.name })}
            describedBy={hint}
            phrases={phrases}
            onChange={onChange}
            onSave={() => void saving.save()}
          />
        </div>
        {shown === 'write' ? null : (
          <section
            aria-label={t('page')}
            className={cn('min-w-0 flex-1 bg-surface', shown === 'both' && 'border-line border-l')}
          >
            <Markdown text={page.text} name={file.item.name} complete />
          </section>
        )}
      </div>
      <LeaveDialog
        open={props.asked}
        name={file.item.name}
        onStay={() => {
          props.onStay()
          field.current?.focus()
        }}
        onSave={async () => {
          if (await saving.save()) props.onLeave()
          else props.onStay()
        }}
        onDiscard={() => void saving.forget().then(props.onLeave)}
      />
    </>
  )
}

/** A phone has room for one of the two. */
function shownOf(chosen: Shown | null, { isMarkdown, phone }: { isMarkdown: boolean; phone: boolean }): Shown {
  if (!isMarkdown) return 'write'
  return phone && chosen !== 'read' ? 'write' : (chosen ?? 'both')
}

/** The text as the page beside it shows it: a moment behind, so that writing stays quick. */
function usePage(initial: string, field: RefObject<TextFieldHandle | null>) {
  const [text, setText] = useState(initial)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const turn = () => setText(field.current?.written() ?? initial)
  const turnSoon = () => {
    clearTimeout(timer.current)
    timer.current = setTimeout(turn, PAGE_AFTER_MS)
  }
  return { text, turn, turnSoon }
}

type Restoring = { file: EditedFile; draft: Draft | null; saving: Saving; afterFill: () => void }

/** Begins with what is stored, and puts back what was written before and not saved. */
function useRestored(field: RefObject<TextFieldHandle | null>, { file, draft, saving, afterFill }: Restoring) {
  const [at, setAt] = useState<number | null>(null)
  const begun = useRef(saving)
  begun.current = saving
  useEffect(() => {
    if (saving.state === 'saved') setAt(null)
  }, [saving.state])
  useEffect(() => {
    const text = field.current
    if (text === null) return
    begun.current.begin()
    if (!matchMedia('(pointer: coarse)').matches) text.focus()
    if (draft === null || draft.text === file.text) return
    begun.current.restore(draft)
    setAt(draft.at)
  }, [field, draft, file])
  if (at === null) return null
  return {
    at,
    keep: () => setAt(null),
    discard: () => {
      setAt(null)
      saving.startAgain()
      afterFill()
      field.current?.focus()
    },
  }
}

function Status({ file, saving }: { file: EditedFile; saving: Saving }) {
  const t = useTranslations('editor')
  const { form, encodingName } = file
  const facts = [
    ...(form.encoding === 'utf-8' && !form.marked ? [] : [form.marked ? t('marked') : encodingName]),
    ...(form.lineEnd === '\r\n' ? ['CRLF'] : []),
  ]
  return (
    <p className={cn('flex gap-1.5 text-12 text-ink-3', saving.state === 'failed' && 'text-danger')}>
      <span role="status">{t(`state.${saving.state}`)}</span>
      {facts.length === 0 ? null : <span className="text-ink-3">· {facts.join(' · ')}</span>}
    </p>
  )
}

function Tools({ field }: { field: RefObject<TextFieldHandle | null> }) {
  const t = useTranslations('editor')
  const tools = [
    { label: t('undo'), icon: Undo2, run: () => field.current?.undo() },
    { label: t('redo'), icon: Redo2, run: () => field.current?.redo() },
    { label: t('find'), icon: Search, run: () => field.current?.find() },
  ]
  return tools.map(({ label, icon, run }) => (
    <IconButton key={label} label={label} className="size-9" onClick={run}>
      <Icon of={icon} />
    </IconButton>
  ))
}

type ShownChoiceProps = { value: Shown; phone: boolean; onChange: (shown: Shown) => void }

function ShownChoice({ value, phone, onChange }: ShownChoiceProps) {
  const t = useTranslations('editor')
  const choices = phone ? (['write', 'read'] as const) : (['write', 'both', 'read'] as const)
  return (
    <span className="ml-2">
      <Segmented<Shown>
        label={t('shown')}
        value={value}
        segments={choices.map((each) => ({ value: each, label: t(each), content: t(each) }))}
        onChange={onChange}
      />
    </span>
  )
}

type RestoredBarProps = { at: number; onDiscard: () => void; onKeep: () => void }

function RestoredBar({ at, onDiscard, onKeep }: RestoredBarProps) {
  const t = useTranslations('editor')
  const format = useFormat()
  return (
    <NoticeBar
      actions={[
        { label: t('discard'), run: onDiscard },
        { label: t('keep'), run: onKeep },
      ]}
    >
      {t('restored', { date: format.date(new Date(at).toISOString()) })}
    </NoticeBar>
  )
}
