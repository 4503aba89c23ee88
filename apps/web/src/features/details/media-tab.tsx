'use client'

import { useLocale, useTranslations } from 'next-intl'
import { useFormat } from '../../i18n/use-format.ts'
import type { MediaDetails } from '../../lib/entry-details.ts'
import { Fact, Facts } from './facts.tsx'

/** What a camera wrote into a picture; all of it is text of a stranger and shown as text. */
export function MediaTab({ media }: { media: MediaDetails | null }) {
  const t = useTranslations('details')
  const format = useFormat()
  const locale = useLocale()
  if (media === null) return <p className="text-13 text-ink-3">{t('noMedia')}</p>
  const { width, height, durationMs, takenAt, camera, lens, latitude, longitude, facts } = media
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 })
  const lines: [string, string | null][] = [
    [t('dimensions'), width === null || height === null ? null : `${width} × ${height}`],
    [t('megapixels'), width === null || height === null ? null : t('mp', { n: number.format((width * height) / 1e6) })],
    [t('duration'), durationMs === null ? null : format.duration(durationMs / 1000)],
    [t('takenAt'), takenAt === null ? null : format.clock(takenAt)],
    [t('camera'), camera],
    [t('lens'), lens],
    [t('exposure'), exposure(facts)],
    [t('iso'), textOf(facts['iso'])],
    [t('focalLength'), facts['focalLength'] === undefined ? null : `${facts['focalLength']} mm`],
    [
      t('place'),
      latitude === null || longitude === null
        ? null
        : `${degrees(latitude, 'N', 'S')}, ${degrees(longitude, 'E', 'W')}`,
    ],
    [t('software'), textOf(facts['software'])],
    [t('artist'), textOf(facts['artist'])],
    [t('description'), textOf(facts['description'])],
  ]
  return (
    <Facts>
      {lines.map(([name, text]) =>
        text === null ? null : (
          <Fact key={name} name={name}>
            <bdi>{text}</bdi>
          </Fact>
        ),
      )}
    </Facts>
  )
}

function textOf(value: string | number | undefined): string | null {
  return value === undefined ? null : String(value)
}

function exposure({ exposureSeconds: seconds, aperture }: MediaDetails['facts']): string | null {
  const time = typeof seconds === 'number' && seconds > 0 ? shutter(seconds) : null
  const parts = [time, aperture === undefined ? null : `f/${aperture}`].filter((part) => part !== null)
  return parts.length === 0 ? null : parts.join(' · ')
}

function shutter(seconds: number): string {
  return seconds < 1 ? `1/${Math.round(1 / seconds)} s` : `${seconds} s`
}

function degrees(value: number, positive: string, negative: string): string {
  return `${Math.abs(value).toFixed(5)}° ${value < 0 ? negative : positive}`
}
