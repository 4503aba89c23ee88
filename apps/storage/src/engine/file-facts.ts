import { decodeFileName, type FileSource, ProtocolError, parseFileId } from '@cairn/dfs-core'

/** Where the 27 characters start in a logic name: behind `M00/00/00/`. */
export const NAME_START = 10

/** What the 27 characters of a name say. */
export type FileFacts = ReturnType<typeof decodeFileName>

/** Null for a name that no storage drew. Slaves and metadata files tell what their master's name tells. */
export function factsOf(logicName: string): FileFacts | null {
  return orNull(() => decodeFileName(logicName.slice(NAME_START)))
}

/** Size and CRC-32 as the name of a normal file tells them; null for every other kind. */
export function normalFacts(logicName: string): { readonly size: number; readonly crc32: number } | null {
  const id = orNull(() => parseFileId(`g/${logicName}`))
  return id?.kind === 'normal' ? id : null
}

/** A normal file whose name was drawn by the storage of this source. */
export function isOwnNormal(logicName: string, source: FileSource): boolean {
  const id = orNull(() => parseFileId(`g/${logicName}`))
  return id?.kind === 'normal' && idOf(id.source) === idOf(source)
}

/** As `normalFacts`, also for files in trunk slots: of those, too, the content never changes. */
export function wholeFacts(logicName: string): { readonly size: number } | null {
  const id = orNull(() => parseFileId(`g/${logicName}`))
  return id?.kind === 'normal' || id?.kind === 'trunk' ? id : null
}

/** Names of normal files and appenders are drawn: once deleted they never come again. Those of slaves may. */
export function isDrawnOnce(logicName: string): boolean {
  const kind = orNull(() => parseFileId(`g/${logicName}`))?.kind
  return kind === 'normal' || kind === 'appender' || kind === 'trunk'
}

/** The id that a storage of this source joins with: its number, or its address. */
export function idOf(source: FileSource): string {
  return source.kind === 'id' ? String(source.id) : source.ip
}

/** True for files that were first written to the storage with this source. */
export function isFrom(logicName: string, source: FileSource): boolean {
  const facts = factsOf(logicName)
  return facts !== null && idOf(facts.source) === idOf(source)
}

function orNull<T>(decode: () => T): T | null {
  try {
    return decode()
  } catch (error) {
    if (error instanceof ProtocolError) return null
    throw error
  }
}
