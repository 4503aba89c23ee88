import { decodeFileName, type FileSource, ProtocolError } from '@cairn/dfs-core'
import type { ResolvedName } from '../disk/file-store.ts'
import type { HandlerContext } from './context.ts'

/** Where the 27 characters start in a logic name. */
const NAME_START = 10

/**
 * Remembers the name of a file that is deleted here and may still be on its way from its source. True when it is new:
 * not for our own files, and not for those whose source we have heard out beyond their time.
 */
export function bury({ store, tombstones, received }: HandlerContext, file: ResolvedName): boolean {
  const facts = decode(file.logicName)
  if (facts === null) return false
  const sourceId = idOf(facts.source)
  if (sourceId === idOf(store.source) || received.of(sourceId) > facts.timestamp) return false
  return tombstones.add(file.logicName)
}

/** The id that a storage of this source joins with: its number, or its address. */
export function idOf(source: FileSource): string {
  return source.kind === 'id' ? String(source.id) : source.ip
}

function decode(logicName: string): { source: FileSource; timestamp: number } | null {
  try {
    return decodeFileName(logicName.slice(NAME_START))
  } catch (error) {
    if (error instanceof ProtocolError) return null
    throw error
  }
}
