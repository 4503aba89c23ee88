import { useMemo } from 'react'
import type { TextViewProps } from './text-stage.tsx'

const LINES_PER_BLOCK = 400
const LINE_PX = 20

/** Text as it is. Blocks that are not on the screen are not laid out by the browser. */
export function PlainText({ text }: TextViewProps) {
  const blocks = useMemo(() => blocksOf(text), [text])
  return (
    <div
      data-reading
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
      tabIndex={0}
      className="scrollbar-thin h-full overflow-auto outline-none"
    >
      <pre className="select-text whitespace-pre-wrap break-words px-6 py-5 font-mono text-13 text-ink leading-5 [tab-size:4] phone:px-4">
        {blocks.map(({ at, content, lines }) => (
          <div key={at} style={{ contentVisibility: 'auto', containIntrinsicSize: `auto ${lines * LINE_PX}px` }}>
            {content}
          </div>
        ))}
      </pre>
    </div>
  )
}

function blocksOf(text: string): { at: number; content: string; lines: number }[] {
  const lines = text.split('\n')
  const blocks: { at: number; content: string; lines: number }[] = []
  for (let at = 0; at < lines.length; at += LINES_PER_BLOCK) {
    const part = lines.slice(at, at + LINES_PER_BLOCK)
    const end = at + LINES_PER_BLOCK < lines.length ? '\n' : ''
    blocks.push({ at, content: part.join('\n') + end, lines: part.length })
  }
  return blocks
}
