const units = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15 } as const

/** A size as people type it: "50 GB", "1.5tb", "800". Null when it is none. */
export function parseSize(text: string): number | null {
  const match = /^\s*(\d+(?:[.,]\d+)?)\s*([kmgtp]?b?)\s*$/i.exec(text)
  if (match === null) return null
  const [, digits = '', letters = ''] = match
  const name = letters.toUpperCase().padEnd(letters === '' ? 0 : 2, 'B')
  const unit = Object.entries(units).find(([known]) => known === (name === '' || name === 'BB' ? 'B' : name))?.[1]
  const bytes = Math.round(Number(digits.replace(',', '.')) * (unit ?? Number.NaN))
  return Number.isSafeInteger(bytes) ? bytes : null
}

/** A size that parseSize reads as exactly the same. */
export function sizeText(bytes: number): string {
  const fitting = Object.entries(units)
    .toReversed()
    .find(([, unit]) => bytes >= unit && (bytes / unit) * 1000 === Math.round((bytes / unit) * 1000))
  return fitting === undefined ? `${bytes} B` : `${bytes / fitting[1]} ${fitting[0]}`
}
