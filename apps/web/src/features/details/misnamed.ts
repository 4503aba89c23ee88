import { extensionOf } from '../../components/split-name.ts'

// Types that are told apart by their first bytes without doubt, and the endings that are usual for them.
const endings: Readonly<Record<string, readonly string[]>> = {
  'image/png': ['png', 'apng'],
  'image/jpeg': ['jpg', 'jpeg', 'jpe', 'jfif'],
  'image/gif': ['gif'],
  'image/webp': ['webp'],
  'application/pdf': ['pdf', 'ai'],
}
// Bytes that say nothing cannot contradict a name.
const SILENT = /^(?:application\/octet-stream|application\/x-empty|)$/

type Named = { name: string; contentType: string | null }

/** What the bytes of a file are when its name says something else, like 'PNG' of a photo named .txt; else null. */
export function misnamed({ name, contentType }: Named): string | null {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
  const extension = extensionOf(name)
  const isUsual = endings[type]?.includes(extension) ?? !isEndingOfOthers(extension)
  if (extension === '' || SILENT.test(type) || isUsual) return null
  return type
    .slice(type.indexOf('/') + 1)
    .replace(/^x-/, '')
    .toUpperCase()
}

function isEndingOfOthers(extension: string): boolean {
  return Object.values(endings).some((usual) => usual.includes(extension))
}
