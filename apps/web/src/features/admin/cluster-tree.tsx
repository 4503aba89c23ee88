'use client'

import { ChevronDown, ChevronRight, HardDrive, Layers2, Server } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { type ReactNode, useState } from 'react'
import { cn } from '../../components/class-names.ts'
import { Icon } from '../../components/icon.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from './badge.tsx'
import { Box } from './box.tsx'
import { barPercents, CapacityBar } from './capacity-bar.tsx'
import type { GroupView, PathView, StorageView } from './cluster-view.ts'
import { CsvLink } from './csv-link.tsx'
import { storageHref } from './storage-href.ts'
import { toneOf } from './storage-state.ts'

/** Groups, their storages, and the store paths of those that tell. */
export function ClusterTree({ groups }: { groups: readonly GroupView[] }) {
  const t = useTranslations('capacity')
  const [shut, setShut] = useState<ReadonlySet<string>>(new Set())
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const storages = groups.reduce((count, group) => count + group.storages.length, 0)
  return (
    <Box
      title={t('groups')}
      note={t('groupsCount', { groups: groups.length, storages })}
      actions={
        <>
          <Legend />
          <CsvLink href="/api/admin/capacity/export?table=tree" what={t('groups')} />
        </>
      }
    >
      <div className="@container">
        <table className="w-full table-fixed text-13 tabular-nums">
          <colgroup>
            <col />
            <col className="w-[24%] @max-[600px]:w-[64px]" />
            <col className="w-[76px] phone:w-[68px]" />
            <col className="w-[76px] @max-[600px]:w-[56px] phone:hidden" />
            <col className="w-[142px] phone:w-[92px]" />
          </colgroup>
          <thead>
            <tr className="h-[30px] border-line border-b text-12 text-ink-3 *:font-medium">
              <th scope="col" className="pl-5 text-left phone:pl-3">
                {t('name')}
              </th>
              <th scope="col" className="px-3 text-left">
                {t('space')}
              </th>
              <th scope="col" className="text-right">
                {t('free')}
              </th>
              <th scope="col" className="text-right phone:hidden">
                {t('lag')}
              </th>
              <th scope="col" className="pr-5 text-right phone:pr-3">
                {t('state')}
              </th>
            </tr>
          </thead>
          {groups.map((group) => (
            <tbody key={group.group} className="border-line not-first-of-type:border-t">
              <GroupRow
                group={group}
                isOpen={!shut.has(group.group)}
                onToggle={() => setShut(toggled(shut, group.group))}
              />
              {shut.has(group.group)
                ? null
                : group.storages.map((storage) => (
                    <StorageRows
                      key={storage.id}
                      storage={storage}
                      isOpen={open.has(`${storage.group}/${storage.id}`)}
                      onToggle={() => setOpen(toggled(open, `${storage.group}/${storage.id}`))}
                    />
                  ))}
            </tbody>
          ))}
        </table>
      </div>
    </Box>
  )
}

function toggled(names: ReadonlySet<string>, name: string): ReadonlySet<string> {
  return names.has(name) ? new Set([...names].filter((other) => other !== name)) : new Set([...names, name])
}

type RowProps = { isOpen: boolean; onToggle: () => void }

function GroupRow({ group, isOpen, onToggle }: RowProps & { group: GroupView }) {
  const t = useTranslations('capacity')
  const format = useFormat()
  return (
    <tr className="h-10 bg-canvas font-[550]">
      <td className="pl-4 phone:pl-2">
        <Toggle isOpen={isOpen} onToggle={onToggle} name={group.group}>
          <Icon of={Layers2} size="small" className="text-ink-2 phone:hidden" />
          <span className="truncate">{group.group}</span>
        </Toggle>
      </td>
      <td className="px-3">
        <CapacityBar {...group} label={t('barLabel', barPercents(group))} />
      </td>
      <td className="text-right">{format.size(group.freeBytes)}</td>
      <td className="text-right phone:hidden">
        <Lag seconds={group.lagSeconds} />
      </td>
      <td className="pr-5 text-right phone:pr-3">{t('activeOf', { n: group.active, m: group.storages.length })}</td>
    </tr>
  )
}

function StorageRows({ storage, isOpen, onToggle }: RowProps & { storage: StorageView }) {
  const t = useTranslations('capacity')
  const format = useFormat()
  const { told, silence } = storage
  return (
    <>
      <tr className="h-10 hover:bg-hover">
        <td className="pl-8 phone:pl-0">
          <span className="flex items-center">
            <Toggle isOpen={isOpen} onToggle={onToggle} name={storage.id} />
            <Icon of={Server} size="small" className="@max-[600px]:hidden mr-2 shrink-0 text-ink-2" />
            <Link href={storageHref(storage)} className="truncate rounded-tag hover:underline coarse:-my-3 coarse:py-3">
              {storage.id}
            </Link>
            <span className="@max-[600px]:hidden ml-2 truncate text-12 text-ink-3">{storage.ip}</span>
          </span>
        </td>
        <td className="px-3">
          <CapacityBar {...storage} label={t('barLabel', barPercents(storage))} />
        </td>
        <td className="text-right">{format.size(storage.freeBytes)}</td>
        <td className="text-right phone:hidden">
          <Lag seconds={storage.lagSeconds} />
        </td>
        <td className="pr-5 text-right phone:pr-3">
          <Badge tone={toneOf(storage.state)}>{t(`state_${storage.state}`)}</Badge>
        </td>
      </tr>
      {isOpen && told === null ? (
        <tr className="h-10 text-ink-3">
          <td colSpan={5} className="pl-[72px] phone:pl-11">
            {t(silence === 'away' ? 'doesNotAnswer' : 'doesNotTell')}
          </td>
        </tr>
      ) : null}
      {isOpen
        ? told?.paths.map((path) => (
            <tr key={path.path} className="h-10 text-ink-2">
              <td className="pl-[72px] phone:pl-11">
                <span className="flex items-center gap-2">
                  <Icon of={HardDrive} size="small" className="text-ink-3 phone:hidden" />
                  <span className="font-mono text-12">{path.path}</span>
                </span>
              </td>
              <td className="px-3">
                <CapacityBar {...path} label={t('barLabel', barPercents(path))} />
              </td>
              <td className="text-right">{format.size(path.freeBytes)}</td>
              <td className="phone:hidden" />
              <td className="pr-5 text-right phone:pr-3">
                <PathTrouble path={path} />
              </td>
            </tr>
          ))
        : null}
    </>
  )
}

/** Nothing while nothing is wrong. */
function PathTrouble({ path: { failure, writable } }: { path: PathView }) {
  const t = useTranslations('capacity')
  if (failure !== null) return <Badge tone="danger">{t('diskFailed')}</Badge>
  return writable ? null : <Badge tone="warn">{t('readOnly')}</Badge>
}

type ToggleProps = RowProps & { name: string; children?: ReactNode }

function Toggle({ isOpen, onToggle, name, children }: ToggleProps) {
  const t = useTranslations('capacity')
  return (
    <button
      type="button"
      aria-expanded={isOpen}
      aria-label={t('toggle', { name })}
      onClick={onToggle}
      className="flex h-8 min-w-6 max-w-full items-center gap-2 rounded-tile px-1 text-left hover:bg-hover coarse:h-11 coarse:min-w-11"
    >
      <Icon of={isOpen ? ChevronDown : ChevronRight} size="tiny" className="shrink-0 text-ink-3" />
      {children}
    </button>
  )
}

/** Seconds in grey, minutes as a warning. */
function Lag({ seconds }: { seconds: number | null }) {
  const format = useFormat()
  if (seconds === null) return <span className="text-ink-3">–</span>
  if (seconds === 0) return <span className="text-ink-2">{format.duration(0)}</span>
  return <span className={cn(seconds >= 60 ? 'text-warn' : 'text-ink-2')}>{format.duration(seconds)}</span>
}

function Legend() {
  const t = useTranslations('capacity')
  return (
    <span aria-hidden="true" className="flex items-center gap-3.5 text-12 text-ink-3 phone:hidden">
      <span className="flex items-center gap-1.5">
        <i className="h-2 w-3 rounded-[2px] bg-accent" />
        {t('used')}
      </span>
      <span className="flex items-center gap-1.5">
        <i className="h-2 w-3 rounded-[2px] bg-[repeating-linear-gradient(135deg,var(--accent)_0_2px,transparent_2px_4px)] inset-ring inset-ring-line" />
        {t('reserved')}
      </span>
    </span>
  )
}
