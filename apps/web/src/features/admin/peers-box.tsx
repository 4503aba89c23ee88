import { Server } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { cn } from '../../components/class-names.ts'
import { Icon } from '../../components/icon.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from './badge.tsx'
import { Box } from './box.tsx'
import type { PeerView, StorageView } from './cluster-view.ts'
import { Silence } from './silence.tsx'
import { storageHref } from './storage-href.ts'
import { toneOf } from './storage-state.ts'

/** Two lines for each peer: what goes there, and what came from there. */
export function PeersBox({ storage, peers }: { storage: StorageView; peers: readonly StorageView[] }) {
  const t = useTranslations('capacity')
  const { told, group } = storage
  // What is still to come from a peer only the peer can count.
  const comingFrom = ({ storageId }: PeerView) =>
    peers.find(({ id }) => id === storageId)?.told?.peers.find((one) => one.storageId === storage.id) ?? null
  return (
    <Box title={t('replication')} note={t('replicationNote')}>
      {told === null ? <Silence storage={storage} /> : null}
      {told?.peers.length === 0 ? <p className="px-5 pb-4 text-13 text-ink-3 phone:px-4">{t('noPeers')}</p> : null}
      {told === null || told.peers.length === 0 ? null : (
        <table className="mb-1 w-full table-fixed text-13 tabular-nums">
          <thead>
            <tr className="h-[30px] border-line border-b text-12 text-ink-3 *:font-medium">
              <th scope="col" className="pl-5 text-left phone:pl-4">
                {t('peer')}
              </th>
              <th scope="col" className="w-[15%] px-3 text-left phone:w-14 phone:px-1">
                {t('direction')}
              </th>
              <th scope="col" className="w-[24%] text-right phone:w-[84px]">
                {t('behind')}
              </th>
              <th scope="col" className="w-[16%] pl-3 text-right phone:hidden">
                {t('rate')}
              </th>
              <th scope="col" className="w-[124px] pr-5 text-right phone:w-[106px] phone:pr-4">
                {t('state')}
              </th>
            </tr>
          </thead>
          <tbody>
            {told.peers.map((peer) => (
              <PeerRows key={peer.storageId} peer={peer} group={group} coming={comingFrom(peer)} />
            ))}
          </tbody>
        </table>
      )}
    </Box>
  )
}

type PeerRowsProps = { peer: PeerView; group: string; coming: PeerView | null }

function PeerRows({ peer, group, coming }: PeerRowsProps) {
  const t = useTranslations('capacity')
  const format = useFormat()
  const { storageId, receivedUntil } = peer
  const until = receivedUntil === null ? '–' : t('upTo', { date: format.date(receivedUntil) })
  return (
    <>
      <WayRow peer={{ group, id: storageId }} direction={t('sends')} way={peer} silence="–" />
      <WayRow peer={{ group, id: storageId }} direction={t('receives')} way={coming} silence={until} />
    </>
  )
}

type WayRowProps = {
  peer: { group: string; id: string }
  direction: string
  /** As the sender sees it; null: it does not answer. */
  way: PeerView | null
  /** What is said of such a one. */
  silence: string
}

function WayRow({ peer, direction, way, silence }: WayRowProps) {
  const bytes = way?.sentBytesPerSecond ?? null
  return (
    <tr className="h-10">
      <td className="pl-5 phone:pl-4">
        <span className="flex items-center gap-2">
          <Icon of={Server} size="small" className="shrink-0 text-ink-2 phone:hidden" />
          <Link href={storageHref(peer)} className="truncate rounded-tag hover:underline">
            {peer.id}
          </Link>
        </span>
      </td>
      <td className="px-3 text-ink-2 phone:px-1">{direction}</td>
      <td className={cn('text-right', way !== null && way.lagSeconds >= 60 && 'text-warn')}>
        {way === null ? silence : <Behind of={way} />}
        <RateBelow bytes={bytes} />
      </td>
      <RateCell bytes={bytes} />
      <td className="pr-5 text-right phone:pr-4">{way === null ? null : <WayState of={way} />}</td>
    </tr>
  )
}

function Behind({ of: { recordsBehind, lagSeconds } }: { of: PeerView }) {
  const t = useTranslations('capacity')
  const format = useFormat()
  if (recordsBehind === 0) return t('nothingBehind')
  const n = recordsBehind === null ? '?' : format.count(recordsBehind)
  return t('behindValue', { n, t: format.duration(lagSeconds) })
}

function WayState({ of: { state, connected } }: { of: PeerView }) {
  const t = useTranslations('capacity')
  if (state === 'active' && !connected) return <Badge tone="warn">{t('notConnected')}</Badge>
  return <Badge tone={toneOf(state)}>{t(`state_${state}`)}</Badge>
}

type RateProps = { bytes: number | null }

function RateCell({ bytes }: RateProps) {
  return <td className="pl-3 text-right phone:hidden">{useRate(bytes)}</td>
}

/** On a phone there is no room for one more column, and what stands still needs none. */
function RateBelow({ bytes }: RateProps) {
  const rate = useRate(bytes)
  return bytes === null || bytes === 0 ? null : <span className="hidden text-12 text-ink-3 phone:block">{rate}</span>
}

function useRate(bytes: number | null): string {
  const t = useTranslations('capacity')
  const format = useFormat()
  return bytes === null ? '–' : t('perSecond', { s: format.size(bytes) })
}
