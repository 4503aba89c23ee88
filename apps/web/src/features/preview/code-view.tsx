import { createLowlight } from 'lowlight'
import { Fragment, type ReactNode, useEffect, useMemo, useState } from 'react'
import { loadLanguage } from './code-languages.ts'
import { PlainText } from './plain-text.tsx'
import { languageOf } from './preview-kind.ts'
import type { TextViewProps } from './text-stage.tsx'
import './code-view.css'

// A span for each word: more would make the page slow without being read.
const CHARACTERS_MAX = 200_000

type Tree = ReturnType<ReturnType<typeof createLowlight>['highlight']>
type Node = Tree['children'][number]

/** Code in colours. The highlighter makes a tree, and React the elements: nothing of the file is ever taken for HTML. */
export function CodeView(props: TextViewProps) {
  const { text, name } = props
  const [tree, setTree] = useState<Tree | null>(null)
  useEffect(() => {
    let ended = false
    const language = languageOf(name)
    if (language === undefined || text.length > CHARACTERS_MAX) return
    void loadLanguage(language).then((grammar) => {
      if (ended || grammar === null) return
      const lowlight = createLowlight({ [language]: grammar })
      setTree(lowlight.highlight(language, text))
    })
    return () => {
      ended = true
    }
  }, [text, name])
  const numbers = useMemo(() => Array.from({ length: text.split('\n').length }, (_, at) => at + 1).join('\n'), [text])
  if (text.length > CHARACTERS_MAX) return <PlainText {...props} />
  return (
    <div
      data-reading
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
      tabIndex={0}
      className="scrollbar-thin flex h-full overflow-auto outline-none"
    >
      <pre
        aria-hidden="true"
        className="sticky left-0 h-max min-h-full select-none bg-surface py-5 pr-4 pl-5 text-right font-mono text-13 text-ink-3 leading-5 phone:pl-3"
      >
        {numbers}
      </pre>
      <pre className="code h-max select-text whitespace-pre py-5 pr-6 font-mono text-13 text-ink leading-5 [tab-size:2]">
        {tree === null ? text : tree.children.map(toElement)}
      </pre>
    </div>
  )
}

function toElement(node: Node, index: number): ReactNode {
  if (node.type === 'text') return <Fragment key={index}>{node.value}</Fragment>
  if (node.type !== 'element') return null
  const names = node.properties['className']
  const className = Array.isArray(names) ? names.join(' ') : undefined
  return (
    <span key={index} className={className}>
      {node.children.map(toElement)}
    </span>
  )
}
