import { useTranslations } from 'next-intl'
import { useState } from 'react'
import Markdown, { type Components } from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { Button } from '../../components/button.tsx'
import type { TextViewProps } from './text-stage.tsx'
import './markdown-view.css'

// Addresses that are followed; anything else (javascript:, data:, file:) is text.
const FOLLOWED = /^(?:https?:|mailto:)/i

/**
 * Markdown as a page. It becomes React elements and never HTML: tags in it are shown as text. Pictures elsewhere would
 * tell their server who reads, so they wait for a permission; so does nothing else, because nothing else is fetched.
 */
export function MarkdownView({ text }: TextViewProps) {
  const t = useTranslations('preview')
  const [pictures, setPictures] = useState(false)
  const hasPictures = /!\[[^\]]*\]\(\s*<?https?:/i.test(text)
  const components: Components = {
    a: ({ href, children }) =>
      href !== undefined && FOLLOWED.test(href) ? (
        <a href={href} target="_blank" rel="noopener noreferrer nofollow">
          {children}
        </a>
      ) : (
        <span>{children}</span>
      ),
    img: ({ src, alt }) =>
      pictures && typeof src === 'string' && /^https?:/i.test(src) ? (
        // biome-ignore lint/performance/noImgElement: somebody else's picture.
        <img src={src} alt={alt ?? ''} referrerPolicy="no-referrer" loading="lazy" />
      ) : (
        <span className="markdown-picture">{alt === undefined || alt === '' ? t('picture') : alt}</span>
      ),
  }
  return (
    <div
      data-reading
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
      tabIndex={0}
      className="scrollbar-thin h-full overflow-auto outline-none"
    >
      {hasPictures && !pictures ? (
        <div className="flex items-center gap-3 border-line border-b bg-raised px-6 py-2 text-13 text-ink-2">
          <span className="flex-1">{t('picturesHeld')}</span>
          <Button size="sm" onClick={() => setPictures(true)}>
            {t('showPictures')}
          </Button>
        </div>
      ) : null}
      <article className="markdown mx-auto max-w-[760px] select-text px-8 py-8 phone:px-5">
        <Markdown remarkPlugins={[remarkGfm]} components={components}>
          {text}
        </Markdown>
      </article>
    </div>
  )
}
