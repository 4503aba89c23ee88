import {
  defineLanguageFacet,
  foldNodeProp,
  HighlightStyle,
  Language,
  LanguageSupport,
  StreamLanguage,
  type StreamParser,
  syntaxHighlighting,
} from '@codemirror/language'
import { tags } from '@lezer/highlight'

type Mode = () => Promise<StreamParser<unknown>>

// Written out, because each import becomes a file of its own. Names as highlight.js has them.
const modes: Record<string, Mode> = {
  bash: async () => (await import('@codemirror/legacy-modes/mode/shell')).shell,
  c: async () => (await import('@codemirror/legacy-modes/mode/clike')).c,
  cpp: async () => (await import('@codemirror/legacy-modes/mode/clike')).cpp,
  csharp: async () => (await import('@codemirror/legacy-modes/mode/clike')).csharp,
  css: async () => (await import('@codemirror/legacy-modes/mode/css')).css,
  diff: async () => (await import('@codemirror/legacy-modes/mode/diff')).diff,
  dockerfile: async () => (await import('@codemirror/legacy-modes/mode/dockerfile')).dockerFile,
  go: async () => (await import('@codemirror/legacy-modes/mode/go')).go,
  ini: async () => (await import('@codemirror/legacy-modes/mode/properties')).properties,
  java: async () => (await import('@codemirror/legacy-modes/mode/clike')).java,
  javascript: async () => (await import('@codemirror/legacy-modes/mode/javascript')).javascript,
  json: async () => (await import('@codemirror/legacy-modes/mode/javascript')).json,
  kotlin: async () => (await import('@codemirror/legacy-modes/mode/clike')).kotlin,
  less: async () => (await import('@codemirror/legacy-modes/mode/css')).less,
  lua: async () => (await import('@codemirror/legacy-modes/mode/lua')).lua,
  perl: async () => (await import('@codemirror/legacy-modes/mode/perl')).perl,
  powershell: async () => (await import('@codemirror/legacy-modes/mode/powershell')).powerShell,
  python: async () => (await import('@codemirror/legacy-modes/mode/python')).python,
  r: async () => (await import('@codemirror/legacy-modes/mode/r')).r,
  ruby: async () => (await import('@codemirror/legacy-modes/mode/ruby')).ruby,
  rust: async () => (await import('@codemirror/legacy-modes/mode/rust')).rust,
  scala: async () => (await import('@codemirror/legacy-modes/mode/clike')).scala,
  scss: async () => (await import('@codemirror/legacy-modes/mode/css')).sCSS,
  sql: async () => (await import('@codemirror/legacy-modes/mode/sql')).standardSQL,
  swift: async () => (await import('@codemirror/legacy-modes/mode/swift')).swift,
  typescript: async () => (await import('@codemirror/legacy-modes/mode/javascript')).typescript,
  xml: async () => (await import('@codemirror/legacy-modes/mode/xml')).xml,
  yaml: async () => (await import('@codemirror/legacy-modes/mode/yaml')).yaml,
}

/** What colours a text: the language by highlight.js's name, or Markdown. Null: it stays plain. */
export async function loadEditorLanguage(name: string | undefined): Promise<LanguageSupport | null> {
  if (name === 'markdown') return await markdown()
  const mode = name === undefined ? undefined : modes[name]
  return mode === undefined ? null : new LanguageSupport(StreamLanguage.define(await mode()))
}

/** Without CodeMirror's own package for Markdown: that brings whole grammars of HTML, CSS and JavaScript. */
async function markdown(): Promise<LanguageSupport> {
  const { GFM, parser } = await import('@lezer/markdown')
  const configured = parser.configure([GFM, { props: [foldNodeProp.add({})] }])
  return new LanguageSupport(new Language(defineLanguageFacet(), configured, [], 'markdown'))
}

/** The same colours as on the reading page. */
export const editorColours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: [tags.comment, tags.quote, tags.processingInstruction, tags.meta], color: 'var(--ink-3)' },
    { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: 'var(--category-video)' },
    { tag: [tags.string, tags.regexp, tags.inserted, tags.attributeValue], color: 'var(--category-image)' },
    { tag: [tags.number, tags.bool, tags.null, tags.atom, tags.literal], color: 'var(--category-audio)' },
    { tag: [tags.tagName, tags.definition(tags.variableName), tags.className], color: 'var(--category-document)' },
    {
      tag: [tags.typeName, tags.attributeName, tags.standard(tags.name), tags.monospace],
      color: 'var(--category-archive)',
    },
    { tag: tags.deleted, color: 'var(--danger)' },
    { tag: tags.heading, fontWeight: '600', color: 'var(--ink)' },
    { tag: [tags.link, tags.url], color: 'var(--accent-text)' },
    { tag: tags.strong, fontWeight: '600' },
    { tag: tags.emphasis, fontStyle: 'italic' },
    { tag: tags.strikethrough, textDecoration: 'line-through' },
  ]),
)
