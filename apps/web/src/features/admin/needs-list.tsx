import {
  CircleAlert,
  FileX2,
  FolderX,
  Gauge,
  HardDrive,
  Layers2,
  Lock,
  type LucideIcon,
  ServerOff,
  Timer,
  Unplug,
} from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { buttonLook } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import type { ClusterView } from './cluster-view.ts'
import { grave, type Need, needsOf } from './needs.ts'
import { storageHref } from './storage-href.ts'

const icons: Record<Need['kind'], LucideIcon> = {
  unreachable: Unplug,
  noCopy: CircleAlert,
  offline: ServerOff,
  groupFull: Gauge,
  pathFull: Gauge,
  diskFailed: HardDrive,
  damaged: FileX2,
  setAside: FolderX,
  lag: Timer,
  oneCopy: Layers2,
  readOnly: Lock,
  filling: Gauge,
}

/** What needs somebody comes first, the worst of it first; absent when all is well. */
export function NeedsList({ view }: { view: ClusterView }) {
  const t = useTranslations('capacity')
  const needs = needsOf(view)
  if (needs.length === 0) return null
  return (
    <ul aria-label={t('needsYou')} className="mx-6 mb-4 divide-y divide-line rounded-dialog bg-warn-soft phone:mx-4">
      {needs.map((need) => (
        <li
          key={keyOf(need)}
          className="flex min-h-[42px] items-center gap-3 py-1 pr-3 pl-5 text-13 phone:py-2 phone:pl-3.5"
        >
          <Icon of={icons[need.kind]} className={grave.includes(need.kind) ? 'text-danger' : 'text-warn'} />
          <span className="min-w-0 flex-1">
            <Sentence need={need} />
          </span>
          {'storage' in need ? (
            <Link href={storageHref(need.storage)} className={buttonLook({ kind: 'ghost', size: 'sm' })}>
              {t('open')}
            </Link>
          ) : null}
        </li>
      ))}
    </ul>
  )
}

function Sentence({ need }: { need: Need }) {
  const t = useTranslations('capacity')
  const format = useFormat()
  const b = (text: React.ReactNode) => <b>{text}</b>
  switch (need.kind) {
    case 'unreachable':
      return t.rich('needUnreachable', { b })
    case 'noCopy':
      return t.rich('needNoCopy', { b, group: need.group })
    case 'oneCopy':
      return t.rich('needOneCopy', { b, group: need.group })
    case 'filling':
      return t.rich('needFilling', { b, group: need.group, p: need.percent })
    case 'groupFull':
      return t.rich('needGroupFull', { b, group: need.group, storage: need.storage.id })
    case 'pathFull':
      return t.rich('needPathFull', { b, storage: need.storage.id, path: need.path, p: need.percent })
    case 'readOnly':
      return t.rich('needReadOnly', { b, storage: need.storage.id, path: need.path })
    case 'diskFailed':
      return t.rich('needDiskFailed', { b, storage: need.storage.id, path: need.path })
    case 'damaged':
      return t.rich('needDamaged', { b, storage: need.storage.id, n: need.count })
    case 'setAside':
      return t.rich('needSetAside', { b, storage: need.storage.id, n: need.count })
    case 'lag':
      return t.rich('needLag', {
        b,
        storage: need.storage.id,
        t: format.duration(need.storage.lagSeconds ?? 0),
        n: need.storage.recordsBehind ?? 0,
      })
    case 'offline': {
      const { id, heartbeatAt } = need.storage
      const heard = heartbeatAt === null ? 'never' : 'once'
      const seconds = heartbeatAt === null ? 0 : Math.max(0, (Date.now() - Date.parse(heartbeatAt)) / 1000)
      const values = { b, storage: id, heard, t: format.duration(seconds), peers: need.servedBy.join(', ') }
      return need.servedBy.length === 0 ? t.rich('needOfflineAlone', values) : t.rich('needOffline', values)
    }
  }
}

function keyOf(need: Need): string {
  const storage = 'storage' in need ? `${need.storage.group}/${need.storage.id}` : ''
  return [need.kind, storage, 'group' in need ? need.group : '', 'path' in need ? need.path : ''].join(' ')
}
