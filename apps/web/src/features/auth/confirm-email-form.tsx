'use client'

import { useTranslations } from 'next-intl'
import { type FormEvent, useState } from 'react'
import { Button, buttonLook } from '../../components/button.tsx'
import { Form } from '../../components/form.tsx'
import { ApiFailure, callApi, Unreachable } from '../../lib/call-api.ts'

type State = 'open' | 'busy' | 'done' | 'linkGone' | 'emailTaken' | 'unreachable' | 'failed'

function reasonOf(failure: unknown): State {
  if (failure instanceof Unreachable) return 'unreachable'
  if (!(failure instanceof ApiFailure)) throw failure
  if (failure.code === 'link_gone') return 'linkGone'
  return failure.code === 'email_taken' ? 'emailTaken' : 'failed'
}

/** A button and not the page itself: programs that look into mail open links without anybody's wish. */
export function ConfirmEmailForm({ token }: { token: string }) {
  const t = useTranslations('auth')
  const [state, setState] = useState<State>('open')
  const confirm = async (event: FormEvent) => {
    event.preventDefault()
    setState('busy')
    try {
      await callApi('/api/auth/email', { method: 'POST', body: { token } })
      setState('done')
    } catch (failure) {
      setState(reasonOf(failure))
    }
  }
  if (state === 'done') {
    return (
      <>
        <p role="status" className="mb-6">
          {t('emailConfirmed')}
        </p>
        <a href="/drive" className={buttonLook({ kind: 'primary', size: 'lg' }, 'w-full')}>
          {t('toDrive')}
        </a>
      </>
    )
  }
  return (
    <Form onSubmit={confirm}>
      {state === 'open' || state === 'busy' ? null : (
        <p role="alert" className="mb-4 text-13 text-danger">
          {t(state)}
        </p>
      )}
      <Button type="submit" kind="primary" size="lg" className="w-full" disabled={state === 'busy'}>
        {t('confirmEmail')}
      </Button>
    </Form>
  )
}
