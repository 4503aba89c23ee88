import { type ConnectionPool, formatAddress, Status, storageCommands, type TrunkSlot } from '@cairn/dfs-core'
import { StoreError } from '../disk/store-error.ts'

/** Who hands out slots, asked from anywhere in the group. What it refuses rejects with a status. */
export interface SlotService {
  /** A slot of at least `size` bytes, header included. */
  allocate(storePathIndex: number, size: number): Promise<TrunkSlot>
  /** How writing into the slot went: 0, EEXIST (another file lies there), or anything else. */
  confirm(slot: TrunkSlot, status: number): Promise<void>
  /** The file in the slot is deleted. */
  free(slot: TrunkSlot): Promise<void>
}

/** The trunk server is another member: it is asked by commands 27, 28 and 29. */
export function remoteSlots(
  pool: ConnectionPool,
  group: string,
  server: { readonly ip: string; readonly port: number },
): SlotService {
  const address = formatAddress(server.ip, server.port)
  const { trunkAllocSpace, trunkAllocConfirm, trunkFreeSpace } = storageCommands
  return {
    async allocate(storePathIndex, size) {
      const head = trunkAllocSpace.request.encode({ group, size, storePathIndex })
      const slot = trunkAllocSpace.response.decode(await pool.request(address, { command: trunkAllocSpace.code, head }))
      if (slot.storePathIndex === storePathIndex && slot.size >= size) return slot
      throw new StoreError(Status.EIO, `the trunk server was asked for ${size} bytes and gave ${JSON.stringify(slot)}`)
    },
    async confirm(slot, status) {
      const head = trunkAllocConfirm.request.encode({ group, ...slot })
      await pool.request(address, { command: trunkAllocConfirm.code, status, head })
    },
    async free(slot) {
      await pool.request(address, {
        command: trunkFreeSpace.code,
        head: trunkFreeSpace.request.encode({ group, ...slot }),
      })
    },
  }
}
