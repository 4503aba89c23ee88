'use client'

import { useQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ChevronRight, TriangleAlert } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useMemo, useRef, useState } from 'react'
import { cn } from '../../components/class-names.ts'
import { FileName } from '../../components/file-name.tsx'
import { FileTile } from '../../components/file-tile.tsx'
import { Icon } from '../../components/icon.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import type { PreviewSources } from '../../lib/preview-sources.ts'
import { type ArchiveLine, archiveTree, ENTRIES_MAX, shownName, visibleLines } from './archive-tree.ts'
import { fetchRange, fetchStream } from './file-bytes.ts'
import { StageWaiting } from './stage-note.tsx'

const ROW_PX = 40
const TAR_BYTES_MAX = 500_000_000
const TAR_ENTRIES_MAX = 20_000

type ArchiveStageProps = { sources: PreviewSources; kind: 'zip' | 'tar'; onFailure: (error: Error) => void }

/** What is in an archive, as a tree. Only its directory is read; nothing is unpacked, and no name is used as a path. */
export function ArchiveStage({ sources, kind, onFailure }: ArchiveStageProps) {
  const t = useTranslations('preview')
  const { item, url } = sources
  const { data, error } = useQuery({
    queryKey: ['archive', item.id, item.modifiedAt],
    enabled: url !== null,
    queryFn: ({ signal }) =>
      kind === 'zip' ? listZip(url ?? '', item.size, signal) : listTar(url ?? '', item.contentType, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  })
  if (error !== null) queueMicrotask(() => onFailure(error))
  if (data === undefined) return <StageWaiting label={t('loading')} />
  return <ArchiveTree entries={data.entries} cut={data.cut} />
}

async function listZip(url: string, size: number, signal: AbortSignal) {
  const { readZip } = await import('./read-zip.ts')
  return await readZip((offset, length) => fetchRange(url, offset, length, signal), size)
}

async function listTar(url: string, contentType: string | null, signal: AbortSignal) {
  const { readTar } = await import('./read-tar.ts')
  const stream = await fetchStream(url, signal)
  const unpacked = contentType === 'application/gzip' ? stream.pipeThrough(new DecompressionStream('gzip')) : stream
  return await readTar(unpacked, { entries: TAR_ENTRIES_MAX, bytes: TAR_BYTES_MAX })
}

type Entries = Awaited<ReturnType<typeof listZip>>['entries']

function ArchiveTree({ entries, cut }: { entries: Entries; cut: boolean }) {
  const t = useTranslations('preview')
  const format = useFormat()
  const tree = useMemo(() => archiveTree(entries), [entries])
  const [open, setOpen] = useState<ReadonlySet<number>>(() => new Set(tree.length === 1 ? [tree[0]?.id ?? 0] : []))
  const lines = useMemo(() => visibleLines(tree, open), [tree, open])
  const scroller = useRef<HTMLDivElement>(null)
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  })
  const files = useMemo(() => entries.filter(({ isFolder }) => !isFolder), [entries])
  const bytes = useMemo(() => files.reduce((sum, { size }) => sum + size, 0), [files])
  const toggle = (id: number) =>
    setOpen((before) => new Set(before.has(id) ? [...before].filter((each) => each !== id) : [...before, id]))
  return (
    <div className="mx-auto flex h-full w-full max-w-[860px] flex-col overflow-hidden rounded-card bg-surface phone:rounded-none">
      <p className="flex h-10 shrink-0 items-center border-line border-b px-4 text-12 text-ink-3 tabular-nums">
        {cut ? t('archiveCut', { n: Math.min(entries.length, ENTRIES_MAX) }) : t('archiveFiles', { n: files.length })}
        <span className="ml-auto">{t('unpacked', { size: format.size(bytes) })}</span>
      </p>
      <div
        ref={scroller}
        data-reading
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
        tabIndex={0}
        className="scrollbar-thin min-h-0 flex-1 overflow-auto py-2 outline-none"
      >
        <ul aria-label={t('archive')} className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const line = lines[index]
            return line === undefined ? null : (
              <li key={line.node.id} className="absolute inset-x-2 h-10" style={{ top: start }}>
                <ArchiveRow line={line} open={open.has(line.node.id)} onToggle={() => toggle(line.node.id)} />
              </li>
            )
          })}
        </ul>
      </div>
    </div>
  )
}

type ArchiveRowProps = { line: ArchiveLine; open: boolean; onToggle: () => void }

function ArchiveRow({ line: { node, depth }, open, onToggle }: ArchiveRowProps) {
  const t = useTranslations('preview')
  const format = useFormat()
  const name = shownName(node.name) || t('noName')
  const content = (
    <>
      <span className="grid size-4 shrink-0 place-items-center text-ink-3">
        {node.isFolder && !node.odd ? (
          <Icon of={ChevronRight} size="small" className={cn('transition-transform', open && 'rotate-90')} />
        ) : null}
      </span>
      <FileTile name={node.odd ? '' : node.name} kind={node.isFolder ? 'folder' : 'file'} category={null} />
      <FileName name={name} />
      {node.odd ? (
        <span className="flex shrink-0 items-center gap-1 text-12 text-warn" title={t('oddNameWhy')}>
          <Icon of={TriangleAlert} size="tiny" />
          {t('oddName')}
        </span>
      ) : null}
      <span className="ml-auto shrink-0 pl-3 text-13 text-ink-3 tabular-nums">
        {node.isFolder ? null : format.size(node.size)}
      </span>
    </>
  )
  const look = 'flex h-full w-full min-w-0 items-center gap-2.5 rounded-button pr-3 text-left text-ink'
  const style = { paddingLeft: 8 + Math.min(depth, 20) * 20 }
  if (!node.isFolder || node.odd) {
    return (
      <div className={look} style={style}>
        {content}
      </div>
    )
  }
  return (
    <button type="button" aria-expanded={open} onClick={onToggle} className={cn(look, 'hover:bg-hover')} style={style}>
      {content}
    </button>
  )
}
