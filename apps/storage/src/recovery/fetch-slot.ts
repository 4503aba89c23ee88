import { type ConnectionPool, ServerError, Status, storageCommands } from '@cairn/dfs-core'
import { PROXIED_FLAG } from '../handlers/source-fallback.ts'

/** A piece of a trunk file. */
interface SlotRange {
  readonly group: string
  /** Of the trunk file: `M00/00/00/000001`. */
  readonly name: string
  readonly offset: number
  readonly size: number
}

/** Header and content as they lie in the trunk file of the member at `address`; null when that does not reach so far. */
export async function fetchSlot(pool: ConnectionPool, address: string, range: SlotRange): Promise<Buffer | null> {
  const row = storageCommands.downloadFile
  const head = row.request.encode(range)
  try {
    const request = { command: row.code, status: PROXIED_FLAG, head, responseMax: range.size }
    return await pool.request(address, request, true)
  } catch (error) {
    // EINVAL: the trunk file ends before the slot.
    if (error instanceof ServerError && (error.status === Status.ENOENT || error.status === Status.EINVAL)) return null
    throw error
  }
}
