'use client'

import { useTranslations } from 'next-intl'
import { type FormEvent, useId, useState } from 'react'
import { Button } from '../../../components/button.tsx'
import { cn } from '../../../components/class-names.ts'
import { DoorFrame } from '../../../components/door-frame.tsx'
import { Form } from '../../../components/form.tsx'
import { useEarlyValue } from '../../../components/use-early-value.ts'
import { useFormat } from '../../../i18n/use-format.ts'
import { ApiFailure, Unreachable } from '../../../lib/call-api.ts'
import { CODE_LENGTH } from '../schema.ts'
import { codeOf } from './code-text.ts'
import { useRest } from './use-rest.ts'
import { openLink } from './visit-api.ts'

const FAILURES_MAX = 5
const REST_SECONDS = 600

type CodeDoorProps = { token: string; restSeconds: number; onOpen: (id: string) => void; onClosed: () => void }

/** Asks for the code and tells nothing else about the link. */
export function CodeDoor({ token, restSeconds, onOpen, onClosed }: CodeDoorProps) {
  const t = useTranslations('visitor')
  const format = useFormat()
  const door = useDoor({ token, restSeconds, onOpen, onClosed })
  const noteId = useId()
  const resting = door.rest > 0
  return (
    <DoorFrame>
      <Form onSubmit={door.submit} className="flex flex-col gap-6">
        <div>
          <h1 className="font-[620] text-24 title-tracking">{t('enterCode')}</h1>
          <p className="mt-1 text-ink-2">{t('whoHasIt')}</p>
        </div>
        <CodeCells
          code={door.code}
          wrong={door.problem !== null}
          disabled={resting}
          noteId={noteId}
          onChange={door.type}
        />
        <Button
          kind="primary"
          size="lg"
          type="submit"
          disabled={resting || door.busy || door.code.length < CODE_LENGTH}
        >
          {t('open')}
        </Button>
        <p
          id={noteId}
          {...(door.problem === null && !resting ? {} : { role: 'alert' })}
          className={cn('text-13', door.problem === null || resting ? 'text-ink-3' : 'text-danger')}
        >
          {resting
            ? t(door.crowded ? 'crowded' : 'rests', { t: format.duration(door.rest) })
            : (door.problem ?? t('rule', { n: FAILURES_MAX, t: format.duration(REST_SECONDS) }))}
        </p>
      </Form>
    </DoorFrame>
  )
}

function useDoor({ token, restSeconds, onOpen, onClosed }: CodeDoorProps) {
  const t = useTranslations('visitor')
  const [code, setCode] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [rest, setRest] = useRest(restSeconds)
  const [crowded, setCrowded] = useState(false)

  const refused = (error: unknown, sent: string) => {
    if (error instanceof Unreachable) return setProblem(t('failed'))
    if (!(error instanceof ApiFailure)) throw error
    if (error.code === 'share_closed') return onClosed()
    // What was typed since is the next try.
    setCode((typed) => (typed === sent ? '' : typed))
    if (error.code === 'too_many_attempts' || error.code === 'share_crowded') {
      setProblem(null)
      setCrowded(error.code === 'share_crowded')
      return setRest(Number(error.detail['retryAfterSeconds'] ?? REST_SECONDS))
    }
    return setProblem(error.code === 'code_wrong' ? t('wrong', { n: Number(error.detail['left'] ?? 0) }) : t('failed'))
  }
  const send = async () => {
    setBusy(true)
    try {
      onOpen((await openLink(token, code)).id)
    } catch (error) {
      refused(error, code)
    } finally {
      setBusy(false)
    }
  }
  return {
    code,
    problem,
    busy,
    rest,
    crowded,
    type: (typed: string) => {
      setProblem(null)
      setCode(codeOf(typed))
    },
    submit: (event: FormEvent) => {
      event.preventDefault()
      if (code.length === CODE_LENGTH && !busy && rest === 0) void send()
    },
  }
}

type CellsProps = { code: string; wrong: boolean; disabled: boolean; noteId: string; onChange: (typed: string) => void }

/** One input with six cells as its picture: typing, pasting and codes from a message fill all of them. */
function CodeCells({ code, wrong, disabled, noteId, onChange }: CellsProps) {
  const t = useTranslations('visitor')
  const field = useEarlyValue<HTMLInputElement>(code, onChange)
  const cells = Array.from({ length: CODE_LENGTH }, (_, at) => ({ at, letter: code[at] ?? '' }))
  return (
    <div className="group/code relative grid grid-cols-6 gap-2">
      <input
        ref={field}
        aria-label={t('codeLabel')}
        aria-invalid={wrong}
        aria-describedby={noteId}
        autoComplete="one-time-code"
        autoCapitalize="characters"
        autoCorrect="off"
        spellCheck={false}
        // biome-ignore lint/a11y/noAutofocus: the page has one field and nothing to read before it.
        autoFocus
        disabled={disabled}
        value={code}
        onChange={(event) => onChange(event.target.value)}
        className="absolute inset-0 z-[1] w-full bg-transparent text-16 text-transparent caret-transparent opacity-0"
      />
      {cells.map(({ at, letter }) => (
        <span
          key={at}
          aria-hidden="true"
          className={cn(
            'grid h-14 place-items-center rounded-button bg-field font-semibold text-24 inset-ring inset-ring-control forced-colors:border',
            wrong && 'inset-ring-[1.5px] inset-ring-danger',
            disabled && 'opacity-50',
            at === Math.min(code.length, CODE_LENGTH - 1) &&
              'group-focus-within/code:inset-ring-2 group-focus-within/code:inset-ring-focus',
          )}
        >
          {letter}
        </span>
      ))}
    </div>
  )
}
