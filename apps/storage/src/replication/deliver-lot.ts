import { CairnCommand, ServerError, Status } from '@cairn/dfs-core'
import type { Slot } from '../engine/sync-plan.ts'
import { checkSmall, type Delivery } from './deliver.ts'
import { openContent } from './local-file.ts'
import type { PeerLink, SmallFile } from './peer-link.ts'

/**
 * Brings records of new small files to a peer in one request. Resolves with what went wrong with each: null when it has
 * arrived, or was left out because it is not here any more. Rejects when nobody knows what has arrived.
 */
export async function deliverLot<P>(
  delivery: Delivery,
  link: PeerLink,
  slots: ReadonlyArray<Slot<P>>,
): Promise<Array<unknown>> {
  const failures: unknown[] = slots.map(() => null)
  const sent: number[] = []
  const files: SmallFile[] = []
  for (const [index, slot] of slots.entries()) {
    try {
      await delivery.store.untilMade(slot.record.name)
      const file = await read(delivery, slot)
      if (file === null) continue
      files.push(file)
      sent.push(index)
    } catch (error) {
      failures[index] = error
    }
  }
  if (files.length === 0) return failures
  const statuses = await link.manyFiles(files)
  for (const [place, status] of statuses.entries()) {
    delivery.peerIsAhead = status === Status.EEXIST
    if (status === Status.OK) delivery.sentBytes += files[place]?.content.length ?? 0
    else if (status !== Status.EEXIST) failures[sent[place] ?? 0] = refusal(status, link)
  }
  return failures
}

function refusal(status: number, { connection }: PeerLink): ServerError {
  return new ServerError(status, CairnCommand.SYNC_CREATE_FILES, connection.address)
}

async function read<P>({ store }: Delivery, { record, lotBytes }: Slot<P>): Promise<SmallFile | null> {
  const { name, timestamp } = record
  const content = await openContent(store, store.resolve(name))
  if (content === null) return null
  checkSmall(name, content)
  const { body, size } = content
  if (Buffer.isBuffer(body) && size <= (lotBytes ?? 0)) return { name, timestamp, content: body }
  throw new RangeError(`${name} has ${size} bytes, too many to go with others`)
}
