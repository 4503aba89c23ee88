import { useTranslations } from 'next-intl'
import type { StorageView } from './cluster-view.ts'

/** Instead of what only a storage itself can tell. */
export function Silence({ storage: { silence } }: { storage: StorageView }) {
  const t = useTranslations('capacity')
  return (
    <p className="px-5 pb-4 text-13 text-ink-3 phone:px-4">{t(silence === 'away' ? 'doesNotAnswer' : 'doesNotTell')}</p>
  )
}
