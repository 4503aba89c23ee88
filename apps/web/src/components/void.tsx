import type { ReactNode } from 'react'

const drawings = {
  empty: (
    <g fill="none" stroke="currentColor" strokeWidth="2">
      <rect x="14" y="58" width="92" height="22" rx="11" fill="currentColor" opacity=".35" stroke="none" />
      <rect x="28" y="34" width="62" height="21" rx="10.5" strokeDasharray="5 4" />
      <rect x="42" y="12" width="38" height="19" rx="9.5" strokeDasharray="5 4" />
    </g>
  ),
  toppled: (
    <g fill="currentColor" opacity=".4">
      <rect x="14" y="60" width="92" height="20" rx="10" />
      <rect x="34" y="36" width="58" height="19" rx="9.5" transform="rotate(-9 63 46)" />
      <rect x="78" y="12" width="30" height="16" rx="8" transform="rotate(24 93 20)" />
    </g>
  ),
  locked: (
    <>
      <g fill="currentColor" opacity=".4">
        <rect x="14" y="60" width="92" height="20" rx="10" />
        <rect x="28" y="37" width="62" height="20" rx="10" />
      </g>
      <g fill="none" stroke="currentColor" strokeWidth="2.5">
        <rect x="48" y="20" width="24" height="14" rx="4" />
        <path d="M53 20v-5a7 7 0 0 1 14 0v5" />
      </g>
    </>
  ),
} as const

type VoidProps = {
  drawing: keyof typeof drawings
  title: string
  sentence: string
  /** At most two buttons. */
  children?: ReactNode
  alert?: boolean
}

/** Every page without content: empty, failed, not found. */
export function Void({ drawing, title, sentence, children, alert = false }: VoidProps) {
  return (
    <div
      {...(alert ? { role: 'alert' } : {})}
      className="flex flex-1 flex-col items-center justify-center gap-1 p-6 text-center"
    >
      <svg width="120" height="84" viewBox="0 0 120 84" aria-hidden="true" className="text-line-2">
        {drawings[drawing]}
      </svg>
      <h2 className="mt-3.5 font-semibold text-17 title-tracking">{title}</h2>
      <p className="max-w-[42ch] text-balance text-ink-2">{sentence}</p>
      {children === undefined ? null : (
        <div className="mt-4 flex flex-wrap items-center justify-center gap-2 phone:w-full phone:max-w-[360px] phone:flex-col phone:*:h-12 phone:*:w-full">
          {children}
        </div>
      )}
    </div>
  )
}
