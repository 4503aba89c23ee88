import { SMALL_FILE_SIZE_MAX, SMALL_FILES_SIZE_MAX } from '@cairn/dfs-core'
import { type BinlogRecord, sourceOp } from './binlog.ts'
import { wholeFacts } from './file-facts.ts'
import { METADATA_SUFFIX, type Slot } from './sync-plan.ts'

/** So many records are full load for one request; what comes behind them need not wait for its answer. */
const LOT_RECORDS_MAX = 128

/** Metadata has no size in its name. That of most files is a few words. */
const METADATA_BYTES = 2 * 1024

/** Bytes of a new small file as its name tells them, and room for new metadata; null for every other record. */
export function lotBytes({ op, name }: BinlogRecord): number | null {
  if (sourceOp(op) !== 'C') return null
  if (name.endsWith(METADATA_SUFFIX)) return METADATA_BYTES
  const size = wholeFacts(name)?.size ?? Number.POSITIVE_INFINITY
  return size <= SMALL_FILE_SIZE_MAX ? size : null
}

/**
 * Divides records that may be sent now into requests: small files together, everything else alone. A lot that is not full
 * waits for one that is under way, and grows meanwhile.
 */
export function divide<P>(free: ReadonlyArray<Slot<P>>, lotsUnderWay: number): Array<Array<Slot<P>>> {
  const requests: Array<Array<Slot<P>>> = []
  let lots = lotsUnderWay
  let open: Array<Slot<P>> = []
  let bytes = 0
  for (const slot of free) {
    if (slot.lotBytes === null) {
      requests.push([slot])
      continue
    }
    if (open.length === 0) requests.push(open)
    open.push(slot)
    bytes += slot.lotBytes
    if (open.length < LOT_RECORDS_MAX && bytes <= SMALL_FILES_SIZE_MAX - SMALL_FILE_SIZE_MAX) continue
    lots += 1
    open = []
    bytes = 0
  }
  return open.length > 0 && lots > 0 ? requests.filter((request) => request !== open) : requests
}
