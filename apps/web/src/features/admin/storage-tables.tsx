import { Server } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { cn } from '../../components/class-names.ts'
import { Icon } from '../../components/icon.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from './badge.tsx'
import { Box } from './box.tsx'
import { barPercents, CapacityBar } from './capacity-bar.tsx'
import type { PathView, PeerView, StorageView } from './cluster-view.ts'
import { CsvLink } from './csv-link.tsx'
import { storageHref } from './storage-href.ts'
import { fillTone, toneOf } from './storage-state.ts'

type StorageProps = { storage: StorageView }
const headRow = 'h-[30px] border-line border-b text-12 text-ink-3 *:font-medium'
const fillWords = { ok: 'healthy', warn: 'fillingState', danger: 'nearlyFull' } as const

export function Silence({ storage: { silence } }: StorageProps) {
  const t = useTranslations('capacity')
  return (
    <p className="px-5 pb-4 text-13 text-ink-3 phone:px-4">{t(silence === 'away' ? 'doesNotAnswer' : 'doesNotTell')}</p>
  )
}

export function PathsBox({ storage }: StorageProps) {
  const t = useTranslations('capacity')
  const format = useFormat()
  const { told } = storage
  return (
    <Box
      title={t('storePaths')}
      actions={<CsvLink href="/api/admin/capacity/export?table=tree" what={t('storePaths')} />}
    >
      {told === null ? (
        <Silence storage={storage} />
      ) : (
        <table className="mb-1 w-full table-fixed text-13 tabular-nums">
          <thead>
            <tr className={headRow}>
              <th scope="col" className="w-[88px] pl-5 text-left phone:pl-4">
                {t('path')}
              </th>
              <th scope="col" className="px-3 text-left">
                {t('space')}
              </th>
              <th scope="col" className="w-[84px] text-right">
                {t('free')}
              </th>
              <th scope="col" className="w-[84px] text-right phone:hidden">
                {t('content')}
              </th>
              <th scope="col" className="w-[124px] pr-5 text-right phone:pr-4">
                {t('state')}
              </th>
            </tr>
          </thead>
          <tbody>
            {told.paths.map((path) => {
              return (
                <tr key={path.path} className="h-10">
                  <td className="pl-5 font-mono text-12 phone:pl-4">{path.path}</td>
                  <td className="px-3">
                    <CapacityBar {...path} label={t('barLabel', barPercents(path))} />
                  </td>
                  <td className="text-right">{format.size(path.freeBytes)}</td>
                  <td className="text-right phone:hidden">
                    {path.contentBytes === null ? t('counting') : format.size(path.contentBytes)}
                  </td>
                  <td className="pr-5 text-right phone:pr-4">
                    <PathState path={path} />
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      )}
    </Box>
  )
}

function PathState({ path }: { path: PathView }) {
  const t = useTranslations('capacity')
  if (path.failure !== null) return <Badge tone="danger">{t('diskFailed')}</Badge>
  if (!path.writable) return <Badge tone="warn">{t('readOnly')}</Badge>
  const tone = fillTone(path.usedBytes, path.totalBytes)
  return <Badge tone={tone}>{t(fillWords[tone])}</Badge>
}

/** Two lines for each peer: what goes there, and what came from there. */
export function PeersBox({ storage }: StorageProps) {
  const t = useTranslations('capacity')
  const { told, group } = storage
  return (
    <Box title={t('replication')} note={t('replicationNote')}>
      {told === null ? <Silence storage={storage} /> : null}
      {told?.peers.length === 0 ? <p className="px-5 pb-4 text-13 text-ink-3 phone:px-4">{t('noPeers')}</p> : null}
      {told === null || told.peers.length === 0 ? null : (
        <table className="mb-1 w-full table-fixed text-13 tabular-nums">
          <thead>
            <tr className={headRow}>
              <th scope="col" className="pl-5 text-left phone:pl-4">
                {t('peer')}
              </th>
              <th scope="col" className="w-[20%] px-3 text-left phone:w-14 phone:px-1">
                {t('direction')}
              </th>
              <th scope="col" className="w-[30%] text-right phone:w-[84px]">
                {t('behind')}
              </th>
              <th scope="col" className="w-[140px] pr-5 text-right phone:w-[106px] phone:pr-4">
                {t('state')}
              </th>
            </tr>
          </thead>
          <tbody>
            {told.peers.map((peer) => (
              <PeerRows key={peer.storageId} peer={peer} group={group} />
            ))}
          </tbody>
        </table>
      )}
    </Box>
  )
}

function PeerRows({ peer, group }: { peer: PeerView; group: string }) {
  const t = useTranslations('capacity')
  const format = useFormat()
  const name = (
    <span className="flex items-center gap-2">
      <Icon of={Server} size="small" className="shrink-0 text-ink-2 phone:hidden" />
      <Link href={storageHref({ group, id: peer.storageId })} className="truncate rounded-tag hover:underline">
        {peer.storageId}
      </Link>
    </span>
  )
  const sent =
    peer.recordsBehind === 0
      ? t('nothingBehind')
      : t('behindValue', {
          n: peer.recordsBehind === null ? '?' : format.count(peer.recordsBehind),
          t: format.duration(peer.lagSeconds),
        })
  return (
    <>
      <tr className="h-10">
        <td className="pl-5 phone:pl-4">{name}</td>
        <td className="px-3 text-ink-2 phone:px-1">{t('sends')}</td>
        <td className={cn('text-right', peer.lagSeconds >= 60 && 'text-warn')}>{sent}</td>
        <td className="pr-5 text-right phone:pr-4">
          {peer.state === 'active' && !peer.connected ? (
            <Badge tone="warn">{t('notConnected')}</Badge>
          ) : (
            <Badge tone={toneOf(peer.state)}>{t(`state_${peer.state}`)}</Badge>
          )}
        </td>
      </tr>
      <tr className="h-10">
        <td className="pl-5 phone:pl-4">{name}</td>
        <td className="px-3 text-ink-2 phone:px-1">{t('receives')}</td>
        <td className="text-right">
          {peer.receivedUntil === null ? '–' : t('upTo', { date: format.date(peer.receivedUntil) })}
        </td>
        <td />
      </tr>
    </>
  )
}
