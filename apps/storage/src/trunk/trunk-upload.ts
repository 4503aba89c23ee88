import { crc32 } from 'node:zlib'
import { encodeTrunkFileName, Status, type TrunkSlot } from '@cairn/dfs-core'
import type { FileStore } from '../disk/file-store.ts'
import { type Durability, synced } from '../disk/group-sync.ts'
import { createNameSource } from '../disk/name-source.ts'
import { StoreError } from '../disk/store-error.ts'
import type { StorePath } from '../disk/store-path.ts'
import { hexByte } from '../engine/logic-name.ts'
import { clearSlot, isSlotUnoccupied, trunkFilePath, writeSlot, writingTo } from './slot-file.ts'
import { type NamedSlot, SLOT_HEADER_SIZE, slotOfName } from './slot-name.ts'
import type { SlotService } from './slot-service.ts'
import type { TrunkGroup } from './trunk-group.ts'

/** Slots that hold another file already are met so often in a row at most. */
const TRIES_MAX = 3

const random = createNameSource()

/** A small file on its way into a slot. */
export interface SmallFile {
  readonly storePath: StorePath
  readonly ext: string
  readonly body: Buffer
  readonly durability: Durability
}

/**
 * Stores a small file in a slot: slot handed out → content → header → (disk) → confirmed → C record. Resolves with its
 * logic name. Rejects when there is no slot; then nothing of the file is left, and it can be stored by itself.
 */
export async function storeInSlot(store: FileStore, trunk: TrunkGroup, file: SmallFile): Promise<string> {
  const slots = trunk.slots()
  for (let tries = 1; ; tries += 1) {
    const slot = await slots.allocate(file.storePath.index, file.body.length + SLOT_HEADER_SIZE)
    const path = trunkFilePath(file.storePath, slot)
    if (!(await isSlotUnoccupied(file.storePath.lane, path, slot.offset))) {
      await slots.confirm(slot, Status.EEXIST)
      if (tries < TRIES_MAX) continue
      throw new StoreError(Status.EEXIST, `${path} holds a file at ${slot.offset}`)
    }
    await trunk.makeTrunkFile(file.storePath, slot)
    return await fill(store, trunk, slots, { ...file, path, slot })
  }
}

interface Filling extends SmallFile {
  readonly slot: TrunkSlot
  readonly path: string
}

async function fill(store: FileStore, trunk: TrunkGroup, slots: SlotService, file: Filling): Promise<string> {
  const { logicName, named } = draw(store, file)
  const takeBack = async () => {
    store.log.release(logicName)
    await writingTo(file.path, () => clearSlot(file.storePath.lane, file.path, named))
    trunk.unlogged.remove(logicName)
  }
  try {
    trunk.unlogged.add(logicName)
    await write(store, file, named)
  } catch (error) {
    await takeBack()
    await slots.confirm(file.slot, Status.EIO)
    throw error
  }
  try {
    await slots.confirm(file.slot, Status.OK)
    await logged(store, file, logicName)
    trunk.unlogged.remove(logicName)
    return logicName
  } catch (error) {
    // The trunk server does not know that the slot is taken: it may hand it out again.
    await takeBack()
    throw error
  }
}

function draw(store: FileStore, { slot, body, ext }: Filling): { logicName: string; named: NamedSlot } {
  const timestamp = store.log.drawTimestamp()
  const fileName = encodeTrunkFileName(
    {
      source: store.source,
      timestamp,
      size: body.length,
      crc32: crc32(body),
      ext,
      random23: random.random23(),
      digits: random.digits(),
    },
    { id: slot.trunkFileId, offset: slot.offset, allocSize: slot.size },
  )
  const logicName = `M${hexByte(slot.storePathIndex)}/${hexByte(slot.high)}/${hexByte(slot.low)}/${fileName}`
  const named = slotOfName(logicName)
  if (named === null)
    throw new StoreError(Status.EIO, `the trunk server gave an impossible slot: ${JSON.stringify(slot)}`)
  store.log.hold(logicName, timestamp)
  return { logicName, named }
}

async function write(
  store: FileStore,
  { storePath, path, body, durability }: Filling,
  named: NamedSlot,
): Promise<void> {
  const { lane } = storePath
  await writingTo(path, () => writeSlot(lane, path, { named, content: body }))
  if (durability === 'none') return
  await synced(durability === 'group' ? store.groupSync : store.singleSync, { lane, file: path })
}

function logged(store: FileStore, { durability }: Filling, logicName: string): Promise<void> {
  return new Promise((resolve, reject) => {
    store.log.append('C', logicName, (error) => (error === undefined ? resolve() : reject(error)), {
      durable: durability !== 'none',
    })
  })
}
