import { Download } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { buttonLook } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'

type CsvLinkProps = {
  href: string
  what: string
  /** Given where several stand beside each other: said on phones, too. */
  format?: string
}

/** The rows behind a chart or table, as a file. */
export function CsvLink({ href, what, format }: CsvLinkProps) {
  const t = useTranslations('admin')
  return (
    <a
      href={href}
      download
      aria-label={t('exportAs', { what, format: format ?? 'CSV' })}
      className={buttonLook({ kind: 'ghost', size: 'sm' })}
    >
      <Icon of={Download} size="small" />
      {format ?? <span className="phone:sr-only">CSV</span>}
    </a>
  )
}
