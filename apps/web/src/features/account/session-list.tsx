'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Laptop, Smartphone } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Asked } from '../../components/asked.tsx'
import { Button } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { useToast } from '../../components/toast.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { callApi } from '../../lib/call-api.ts'
import { deviceOf, shortAddress } from '../../lib/device-name.ts'
import { useRefusal } from './use-refusal.ts'

interface SessionItem {
  id: string
  current: boolean
  createdAt: string
  lastSeenAt: string
  userAgent: string
  ip: string
}

const SESSIONS_KEY = ['me', 'sessions'] as const

/** Where this person is signed in. */
export function SessionList() {
  const t = useTranslations('account')
  const toast = useToast()
  const refusal = useRefusal()
  const queries = useQueryClient()
  const asked = useQuery({
    queryKey: SESSIONS_KEY,
    queryFn: () => callApi<{ sessions: SessionItem[] }>('/api/me/sessions'),
  })
  const end = async (id?: string) => {
    try {
      await callApi(`/api/me/sessions${id === undefined ? '' : `?id=${encodeURIComponent(id)}`}`, { method: 'DELETE' })
      toast({ text: id === undefined ? t('othersEnded') : t('sessionEnded') })
    } catch (error) {
      toast({ text: refusal(error).text, problem: true })
    }
    await queries.invalidateQueries({ queryKey: SESSIONS_KEY })
  }
  return (
    <Asked of={asked} small="bare">
      {({ sessions }) => (
        <>
          <ul className="-mt-2">
            {sessions
              .toSorted((a, b) => Number(b.current) - Number(a.current))
              .map((session) => (
                <SessionRow key={session.id} session={session} onEnd={() => void end(session.id)} />
              ))}
          </ul>
          {sessions.length > 1 ? (
            <Button className="mt-3" onClick={() => void end()}>
              {t('endOthers')}
            </Button>
          ) : null}
        </>
      )}
    </Asked>
  )
}

function SessionRow({ session, onEnd }: { session: SessionItem; onEnd: () => void }) {
  const t = useTranslations('account')
  const format = useFormat()
  const { browser, system, isPhone } = deviceOf(session.userAgent)
  const device =
    browser !== null && system !== null ? t('deviceOn', { browser, system }) : (browser ?? system ?? t('deviceUnknown'))
  const seen = session.current ? t('thisDevice') : t('seen', { date: format.date(session.lastSeenAt) })
  const address = shortAddress(session.ip)
  return (
    <li className="flex min-h-14 items-center gap-3 border-line border-b py-2 last:border-b-0">
      <Icon of={isPhone ? Smartphone : Laptop} className="shrink-0 text-ink-3" />
      <div className="min-w-0 flex-1">
        <div className="truncate font-[450]">{device}</div>
        <div className="truncate text-12 text-ink-3">
          <span className={session.current ? 'font-medium text-ok' : ''}>{seen}</span>
          {address === '' ? null : <span> · {address}</span>}
          <span> · {t('since', { date: format.shortDate(session.createdAt) })}</span>
        </div>
      </div>
      {session.current ? null : (
        <Button size="sm" aria-label={t('endSession', { device })} onClick={onEnd}>
          {t('end')}
        </Button>
      )}
    </li>
  )
}
