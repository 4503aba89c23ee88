import type { ResolvedName } from '../disk/file-store.ts'
import { factsOf, idOf } from '../engine/file-facts.ts'
import type { HandlerContext } from './context.ts'

/**
 * Remembers the name of a file that is not here and may still be on its way from its source. True when it is new: not
 * for our own files, and not for those whose source we have heard out beyond their time.
 */
export function buryUnseen({ store, tombstones, received }: HandlerContext, file: ResolvedName): boolean {
  const facts = factsOf(file.logicName)
  if (facts === null) return false
  const sourceId = idOf(facts.source)
  if (sourceId === idOf(store.source) || received.of(sourceId) > facts.timestamp) return false
  return tombstones.add(file.logicName)
}
