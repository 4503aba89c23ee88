'use client'

import { useQueryClient } from '@tanstack/react-query'
import { ShieldCheck, TriangleAlert } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useTranslations } from 'next-intl'
import { useEffect, useRef, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import type { Security } from './schema.ts'
import { Section } from './section.tsx'

const AuthenticatorDialog = dynamic(
  () => import('./authenticator-dialog.tsx').then((module) => module.AuthenticatorDialog),
  { ssr: false },
)
const FEW_CODES = 3

export type AuthenticatorTask = 'add' | 'renew' | 'remove'

/** A code from a phone beside the password. */
export function AuthenticatorSettings({ security }: { security: Security }) {
  const { authenticator, authenticatorRemovedAt } = security
  const t = useTranslations('account')
  const format = useFormat()
  const queries = useQueryClient()
  const [task, setTask] = useState<AuthenticatorTask | null>(null)
  const close = () => {
    setTask(null)
    void queries.invalidateQueries({ queryKey: ['me'] })
  }
  const acts = useFocusKept(authenticator === null)
  return (
    <Section title={t('authenticator')} sentence={authenticator === null ? t('authenticatorSentence') : undefined}>
      {authenticator === null ? (
        <>
          {authenticatorRemovedAt === null ? null : (
            <Warning>{t('authenticatorRemoved', { date: format.date(authenticatorRemovedAt) })}</Warning>
          )}
          <div ref={acts}>
            <Button onClick={() => setTask('add')}>{t('addAuthenticator')}</Button>
          </div>
        </>
      ) : (
        <>
          <p className="flex items-center gap-2 text-13 text-ink-2">
            <Icon of={ShieldCheck} size="small" className="text-ok" />
            {t('authenticatorSince', { date: format.shortDate(authenticator.since) })}
          </p>
          <CodesLeft left={authenticator.recoveryCodesLeft} />
          <div ref={acts} className="mt-4 flex flex-wrap gap-2">
            <Button onClick={() => setTask('renew')}>{t('renewCodes')}</Button>
            <Button kind="danger" onClick={() => setTask('remove')}>
              {t('removeAuthenticator')}
            </Button>
          </div>
        </>
      )}
      {task === null ? null : <AuthenticatorDialog task={task} onClose={close} />}
    </Section>
  )
}

/** The button that had the focus goes when the state changes: then the first one that is there instead has it. */
function useFocusKept(state: boolean) {
  const acts = useRef<HTMLDivElement>(null)
  const shown = useRef(state)
  useEffect(() => {
    if (shown.current === state) return
    shown.current = state
    if (document.activeElement === document.body) acts.current?.querySelector('button')?.focus()
  }, [state])
  return acts
}

function CodesLeft({ left }: { left: number }) {
  const t = useTranslations('account')
  if (left >= FEW_CODES) return <p className="mt-1.5 text-13 text-ink-2">{t('codesLeft', { n: left })}</p>
  return <Warning>{t('fewCodesLeft', { n: left })}</Warning>
}

function Warning({ children }: { children: string }) {
  return (
    <p className="mt-3 mb-4 flex items-center gap-2 rounded-button bg-warn-soft px-3 py-2.5 text-13 text-warn">
      <Icon of={TriangleAlert} size="small" className="shrink-0" />
      {children}
    </p>
  )
}
