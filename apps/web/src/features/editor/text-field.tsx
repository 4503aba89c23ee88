'use client'

import { defaultKeymap, history, historyKeymap, indentWithTab, redo, undo } from '@codemirror/commands'
import { bracketMatching, indentUnit } from '@codemirror/language'
import { closeSearchPanel, highlightSelectionMatches, openSearchPanel, search, searchKeymap } from '@codemirror/search'
import { Compartment, EditorState, type Extension, Prec, type Text } from '@codemirror/state'
import { EditorView, highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view'
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react'
import { editorColours, loadEditorLanguage } from './editor-language.ts'
import type { TextForm } from './text-form.ts'
import './text-field.css'

/** So long after Escape does Tab leave the text. */
const ESCAPE_MS = 5_000

/** A text at one moment, by which later ones are compared. */
export type TextMoment = { readonly text: Text }

export type TextFieldHandle = {
  now: () => TextMoment
  /** As it is stored: lines end as they did. */
  written: () => string
  isAt: (moment: TextMoment) => boolean
  /** Puts another text there; undo brings back what was. */
  fill: (text: string) => void
  undo: () => void
  redo: () => void
  find: () => void
  focus: () => void
}

type TextFieldProps = {
  initial: string
  lineEnd: TextForm['lineEnd']
  /** highlight.js's name, or 'markdown'. */
  language: string | undefined
  label: string
  /** The id of what tells how the keyboard leaves. */
  describedBy: string
  phrases: Record<string, string>
  onChange: () => void
  onSave: () => void
  handle: Ref<TextFieldHandle>
}

/** Where a text is written. What is given at first stays; only what it calls may change. */
export function TextField({ handle, ...props }: TextFieldProps) {
  const box = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView | null>(null)
  const latest = useRef(props)
  latest.current = props

  useEffect(() => {
    if (box.current === null) return
    const language = new Compartment()
    const editor = new EditorView({
      parent: box.current,
      state: EditorState.create({
        doc: latest.current.initial,
        extensions: [extensionsOf(latest), language.of([])],
      }),
    })
    view.current = editor
    let shown = true
    void loadEditorLanguage(latest.current.language).then((support) => {
      if (shown && support !== null) editor.dispatch({ effects: language.reconfigure(support) })
    })
    const letGo = keepEscape(editor)
    return () => {
      shown = false
      letGo()
      view.current = null
      editor.destroy()
    }
  }, [])

  useImperativeHandle(handle, () => handleOf(() => view.current), [])
  return <div ref={box} className="text-field min-h-0 flex-1 overflow-hidden" data-prose={isProse(props.language)} />
}

/**
 * Escape in the text closes the panel for finding, and lets the next Tab leave; the dialog around it does not close.
 * Before the dialog hears of it, and without preventDefault, at which CodeMirror would stop.
 */
function keepEscape(editor: EditorView): () => void {
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !(event.target instanceof Node) || !editor.dom.contains(event.target)) return
    event.stopPropagation()
    if (event.isComposing) return
    if (closeSearchPanel(editor)) editor.focus()
    else editor.setTabFocusMode(ESCAPE_MS)
  }
  window.addEventListener('keydown', press, true)
  return () => window.removeEventListener('keydown', press, true)
}

function isProse(language: string | undefined): boolean {
  return language === 'markdown' || language === undefined
}

function extensionsOf(latest: { current: Omit<TextFieldProps, 'handle'> }): Extension {
  const { initial, lineEnd, language, label, describedBy, phrases } = latest.current
  const save = () => {
    latest.current.onSave()
    return true
  }
  return [
    EditorState.lineSeparator.of(lineEnd),
    EditorState.phrases.of(phrases),
    EditorState.tabSize.of(4),
    indentUnit.of(indentOf(initial)),
    history(),
    search({ top: true }),
    highlightSpecialChars(),
    highlightSelectionMatches(),
    EditorView.lineWrapping,
    editorColours,
    isProse(language) ? [] : [lineNumbers(), bracketMatching()],
    EditorView.contentAttributes.of({
      'aria-label': label,
      // It has the focus anyway; so those see it too that check whether what scrolls can be reached.
      tabindex: '0',
      'aria-describedby': describedBy,
      spellcheck: String(isProse(language)),
    }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) latest.current.onChange()
    }),
    // Files from the clipboard would be uploaded into the folder behind.
    EditorView.domEventHandlers({ paste: (event) => event.stopPropagation() }),
    Prec.high(keymap.of([{ key: 'Mod-s', run: save, preventDefault: true }])),
    keymap.of([indentWithTab, ...searchKeymap, ...historyKeymap, ...defaultKeymap]),
  ]
}

/** What the text itself is indented with. */
function indentOf(text: string): string {
  if (/^\t/m.test(text)) return '\t'
  return /^ {2}\S/m.test(text) ? '  ' : '    '
}

function handleOf(viewNow: () => EditorView | null): TextFieldHandle {
  const view = () => {
    const editor = viewNow()
    if (editor === null) throw new Error('The text is asked for before it is shown')
    return editor
  }
  return {
    now: () => ({ text: view().state.doc }),
    written: () => view().state.sliceDoc(),
    isAt: ({ text }) => view().state.doc.eq(text),
    fill: (text) => {
      const { state } = view()
      view().dispatch({ changes: { from: 0, to: state.doc.length, insert: state.toText(text) } })
    },
    undo: () => void undo(view()),
    redo: () => void redo(view()),
    find: () => void openSearchPanel(view()),
    focus: () => view().focus(),
  }
}
