'use client'

import { useTranslations } from 'next-intl'
import { Fragment } from 'react'
import { Asked } from '../../components/asked.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import type { EntryItem } from '../../lib/entries/entry-item.ts'
import type { EntryDetails } from '../../lib/entry-details.ts'
import { CopiesCard } from './copies-card.tsx'
import { Fact, Facts } from './facts.tsx'
import { misnamed } from './misnamed.ts'
import type { useDetails } from './use-details.ts'

type AboutProps = { entry: EntryItem; asked: ReturnType<typeof useDetails> }

/** What a file or folder is, and where its copies lie. */
export function AboutTab({ entry, asked }: AboutProps) {
  const t = useTranslations('details')
  const drive = useTranslations('drive')
  const format = useFormat()
  const isFile = entry.kind === 'file'
  const details = asked.data
  return (
    <div className="flex flex-col gap-4">
      {isFile && entry.size > 0 ? <CopiesCard key={entry.id} id={entry.id} details={details} /> : null}
      <Facts>
        <Fact name={t('name')}>
          <bdi>{entry.name}</bdi>
        </Fact>
        <Fact name={t('type')}>{isFile ? <Type entry={entry} /> : t('folder')}</Fact>
        <Fact name={drive('size')}>
          {isFile ? format.size(entry.size) : drive('items', { n: entry.items ?? 0 })}
          {isFile && entry.size >= 1000 ? (
            <span className="block text-ink-3">{t('bytes', { n: entry.size })}</span>
          ) : null}
        </Fact>
        <Fact name={drive('modified')}>{format.date(entry.modifiedAt)}</Fact>
        <Fact name={t('added')}>{format.date(entry.createdAt)}</Fact>
        {details === undefined ? null : <Fact name={t('addedBy')}>{details.addedBy}</Fact>}
        {details === undefined ? null : <Where folders={details.where} />}
        {entry.tags === undefined || entry.tags.length === 0 ? null : (
          <Fact name={drive('tags')}>
            <span className="flex flex-wrap gap-1.5">
              {entry.tags.map(({ id, name }) => (
                <bdi key={id} className="rounded-tag bg-sunken px-1.5">
                  {name}
                </bdi>
              ))}
            </span>
          </Fact>
        )}
        <Long name={t('sha256')} text={details?.sha256 ?? null} label={t('copySha256')} short={shortHash} />
        <Long name={t('fileId')} text={details?.fileId ?? null} label={t('copyFileId')} />
      </Facts>
      {/* Until then the facts stand that the list knows. */}
      {asked.isError ? (
        <Asked of={asked} small="bare">
          {() => null}
        </Asked>
      ) : null}
    </div>
  )
}

/** From the top folder down. */
function Where({ folders }: { folders: EntryDetails['where'] }) {
  const t = useTranslations('details')
  const shell = useTranslations('shell')
  return (
    <Fact name={t('where')}>
      {shell('drive')}
      {folders.map(({ id, name }) => (
        <Fragment key={id}>
          {' / '}
          <bdi>{name}</bdi>
        </Fragment>
      ))}
    </Fact>
  )
}

function Type({ entry }: { entry: EntryItem }) {
  const t = useTranslations('details')
  const kind = (entry.contentType ?? '').split(';')[0]?.split('/')[1]
  const name = kind === undefined || /^(?:octet-stream|plain|x-empty)$/.test(kind) ? null : kind.replace(/^x-/, '')
  const word = t(`category.${entry.category ?? 'other'}`)
  const other = misnamed(entry)
  return (
    <>
      {name === null ? word : `${word}, ${name.length <= 6 ? name.toUpperCase() : name}`}
      {other === null ? null : <span className="block text-warn">{t('misnamed', { type: other })}</span>}
    </>
  )
}

type LongProps = { name: string; text: string | null; label: string; short?: (text: string) => string }

/** A value that nobody reads but many copy: shortened, copied whole. */
function Long({ name, text, label, short = (whole) => whole }: LongProps) {
  if (text === null) return null
  return (
    <Fact name={name}>
      <span className="-my-1 flex items-center gap-1 coarse:-my-3">
        <code title={text} className="truncate font-mono text-12">
          {short(text)}
        </code>
        <CopyButton text={text} label={label} />
      </span>
    </Fact>
  )
}

function shortHash(hash: string): string {
  const groups = hash.match(/.{4}/g) ?? []
  return `${groups.slice(0, 2).join(' ')} … ${groups.slice(-2).join(' ')}`
}
