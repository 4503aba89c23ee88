import { ApiFailure, Unreachable } from '../../lib/call-api.ts'
import { findTyped } from './api-client.ts'
import { useDrive } from './drive-context.tsx'
import { beginsWith } from './pinyin-initial.ts'

/**
 * Finds the first entry whose name begins with what was typed, and loads the page that it is on. Where the list goes on
 * beyond what is loaded the server is asked, as long as the list is by name.
 */
export function useTypedName(): (typed: string) => Promise<string | null> {
  const { folderId, order, state } = useDrive()
  const { items, start, total, jumpTo } = state
  return async (typed) => {
    const loaded = items.find(({ name }) => beginsWith(name, typed))?.id ?? null
    const isWhole = start === 0 && (loaded !== null || items.length >= total)
    if (isWhole || jumpTo === null || order.sort !== 'name') return loaded
    try {
      const found = (await findTyped(folderId, order.direction, typed)) ?? loaded
      if (found !== null && !items.some(({ id }) => id === found)) await jumpTo({ around: found })
      return found
    } catch (error) {
      if (!(error instanceof ApiFailure || error instanceof Unreachable)) throw error
      // Without an answer what is loaded has to do.
      return loaded
    }
  }
}
