import { useTranslations } from 'next-intl'
import { Box } from './box.tsx'
import type { StorageView } from './cluster-view.ts'

/** Files that are not what their names say, and that no copy could bring back; absent when there is none. */
export function DamagedBox({ storage }: { storage: StorageView }) {
  const t = useTranslations('capacity')
  const damaged = storage.told?.check?.damaged
  if (damaged === undefined || damaged.count === 0) return null
  return (
    <Box
      title={t('damaged')}
      note={t('damagedNote')}
      actions={<span className="pr-2 text-ink-2 tabular-nums">{damaged.count}</span>}
    >
      <ul className="divide-y divide-line font-mono text-12">
        {damaged.fileIds.map((fileId) => (
          <li key={fileId} className="break-all px-5 py-2 phone:px-4">
            {fileId}
          </li>
        ))}
      </ul>
    </Box>
  )
}
