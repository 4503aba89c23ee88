import { ApiError } from '../../../lib/api-error.ts'
import { errorBody } from '../../../lib/api-route.ts'
import { inTransaction, type Transaction } from '../../../lib/db.ts'
import { chooseStorageRatherNot } from '../../../lib/dfs.ts'
import type { EntryItem } from '../../../lib/entries/entry-item.ts'
import { loadItems } from '../../../lib/entries/entry-rows.ts'
import { checkedName, checkedPath, storageExtension } from '../../../lib/entries/name.ts'
import { newPublicId, newUploadId } from '../../../lib/public-id.ts'
import { notEnoughSpace, type Space, spaceOf } from '../../../lib/quota.ts'
import { readSettings } from '../../../lib/settings.ts'
import { whatFits } from '../rules.ts'
import type { StartedItem, StartedUploads, StartItem } from '../schema.ts'
import { findSame, maybeComing, type Same } from './find-same.ts'
import { hashHints } from './hash-hints.ts'
import { addedBytes, insertUploads, type NewUpload, reserveSpace } from './insert-uploads.ts'
import { FolderMaker } from './make-folders.ts'
import { openReplaced, type ReplacedFile, refusalOf } from './replace-contents.ts'
import { type Settled, settleUploads } from './settle-uploads.ts'
import { storageLots } from './storage-lots.ts'
import { emptyContent } from './store-blobs.ts'
import { lockUploads } from './upload-rows.ts'
import { issueTicket, type TicketPlace, ticketPlace } from './upload-ticket.ts'

interface Starter {
  id: string
  publicId: string
  /** The origin under which the browser reached us. */
  requestOrigin: string
  device: string | null
  deviceAgent: string | null
}

/** An item on its way through the steps; the first step that refuses it sets `error`, and later ones pass it over. */
interface Draft {
  item: StartItem
  error?: unknown
  path?: string[]
  place?: TicketPlace
  /** The file that gets this content. */
  replaced?: ReplacedFile
  upload?: NewUpload
  /** It is there, or comes from another page: nothing is begun. */
  same?: Same
}

/**
 * Reserves space, makes folders, chooses storages and signs tickets; each item succeeds or fails by itself. What needs no
 * lock is done before the transaction or after it: everything that a person adds waits for the quota's row.
 */
export async function startUploads(
  starter: Starter,
  items: readonly StartItem[],
  avoid: readonly string[],
): Promise<StartedUploads> {
  const { uploadMaxBytes } = await readSettings()
  const checked = items.map((item) => checkItem(item, uploadMaxBytes))
  const [hints] = await Promise.all([hashHints(starter.id, items), assignStorages(checked, starter, avoid)])
  const started = await inTransaction(async (tx) => {
    // A copy for each attempt: one that was rolled back must leave nothing behind.
    const drafts = checked.map((draft) => ({ ...draft }))
    await openReplacedFiles(tx, starter.id, drafts)
    // A folder drop on a full drive must not leave its empty folders there.
    const space = await spaceOf(tx, starter.id)
    refuseWhatDoesNotFit(await surelyNew(tx, starter, drafts), space)
    await openFolders(tx, starter, drafts)
    await passOverSame(tx, starter, good(drafts, 'empty'))
    const stored = await storeEmptyFiles(tx, starter.id, drafts)
    const entries = await loadItems(
      tx,
      [...stored.values()].flatMap(({ entryId }) => entryId ?? []),
    )
    await reserveAndInsert(tx, starter, drafts)
    return { drafts, stored, entries }
  })
  return { items: answersOf(starter, started, hints) }
}

function good(drafts: readonly Draft[], which: 'empty' | 'sized' | 'all'): Draft[] {
  return drafts.filter(({ error, same, item }) => {
    return error === undefined && same === undefined && (which === 'all' || (item.size === 0) === (which === 'empty'))
  })
}

function checkItem(item: StartItem, max: number | null): Draft {
  try {
    checkedName(item.name)
    if (max !== null && item.size > max) {
      throw new ApiError('too_large', `A file may have ${max} bytes at most.`, { field: 'size', detail: { max } })
    }
    return { item, path: checkedPath(item.path ?? '') }
  } catch (error) {
    return { item, error }
  }
}

/**
 * Before the transaction: a slow tracker must not hold locks, and nothing may be reserved for which there is no ticket.
 * Empty files go nowhere.
 */
async function assignStorages(
  drafts: readonly Draft[],
  { requestOrigin }: Starter,
  avoid: readonly string[],
): Promise<void> {
  const lots = storageLots(good(drafts, 'sized'), ({ item }) => item.size)
  await Promise.all(
    lots.map(async (lot) => {
      try {
        const place = ticketPlace(await chooseStorageRatherNot(avoid), requestOrigin)
        for (const draft of lot) draft.place = place
      } catch (error) {
        for (const draft of lot) draft.error = error
      }
    }),
  )
}

function refuseWhatDoesNotFit(drafts: readonly Draft[], space: Space): void {
  const sized = good(drafts, 'sized')
  const { fits, freeBytes } = whatFits(sized.map(bytesOf), space.freeBytes)
  for (const [index, draft] of sized.entries()) {
    if (!fits[index]) draft.error = notEnoughSpace({ ...space, freeBytes }, bytesOf(draft))
  }
}

/** Without what may have its space already, since another page has begun it. */
async function surelyNew(tx: Transaction, { id, device }: Starter, drafts: readonly Draft[]): Promise<Draft[]> {
  const asked = good(drafts, 'sized').filter(({ item }) => item.once === true)
  const files = asked.map(({ item: { name, size, modifiedAt = null } }) => ({
    name: checkedName(name),
    size,
    modifiedAt,
  }))
  const coming = await maybeComing(tx, { ownerId: id, device }, files)
  const maybe = new Set(asked.filter((_, index) => coming.has(index)))
  return drafts.filter((draft) => !maybe.has(draft))
}

function bytesOf({ item, replaced }: Draft): number {
  return addedBytes(item.size, replaced)
}

async function openReplacedFiles(tx: Transaction, ownerId: string, drafts: readonly Draft[]): Promise<void> {
  for (const draft of good(drafts, 'all')) {
    const { replaces } = draft.item
    if (replaces === undefined) continue
    await refusing(draft, async () => {
      draft.replaced = await openReplaced(tx, ownerId, replaces)
    })
  }
}

/** A refusal is this item's alone. Any other error has broken the transaction. */
async function refusing(draft: Draft, step: () => Promise<void>): Promise<void> {
  try {
    await step()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    draft.error = error
  }
}

async function openFolders(tx: Transaction, starter: Starter, drafts: readonly Draft[]): Promise<void> {
  const folders = new FolderMaker(tx, starter.id)
  for (const draft of good(drafts, 'all')) {
    await refusing(draft, async () => {
      const { item, path, replaced } = draft
      draft.upload = toUpload(starter, draft, replaced?.folderId ?? (await folders.folderAt(item.folderId, path ?? [])))
    })
  }
}

function toUpload(starter: Starter, { item, place, replaced }: Draft, folderId: bigint): NewUpload {
  const name = replaced?.name ?? checkedName(item.name)
  return {
    upl: newUploadId(),
    ownerId: starter.id,
    folderId,
    entryPublicId: newPublicId(),
    name,
    size: item.size,
    ext: storageExtension(name),
    conflict: item.conflict,
    modifiedAt: item.modifiedAt ?? null,
    state: item.size === 0 ? 'created' : 'uploading',
    group: place?.member.group ?? '',
    storageId: place?.member.storageId ?? '',
    device: starter.device,
    deviceAgent: starter.deviceAgent,
    probe: item.probe ?? null,
    replaces: replaced,
  }
}

function uploadsOf(drafts: readonly Draft[]): NewUpload[] {
  return drafts.flatMap((draft) => draft.upload ?? [])
}

/** Empty content is never stored: an empty file is an entry at once. Answers by `upl`. */
async function storeEmptyFiles(
  tx: Transaction,
  ownerId: string,
  drafts: readonly Draft[],
): Promise<Map<string, Settled>> {
  const uploads = uploadsOf(good(drafts, 'empty'))
  if (uploads.length === 0) return new Map()
  await insertUploads(tx, uploads)
  const upls = uploads.map(({ upl }) => upl)
  const rows = await lockUploads(tx, ownerId, upls)
  const settlements = [...rows.values()].map((upload) => ({ upload, content: emptyContent }))
  return await settleUploads(tx, ownerId, settlements)
}

/**
 * Last of all, so that the quota's row, which all uploads of a person share, is locked for the shortest time. Behind that
 * lock, two pages that announce the same file at the same moment are one behind the other.
 */
async function reserveAndInsert(tx: Transaction, starter: Starter, drafts: readonly Draft[]): Promise<void> {
  const ownerId = starter.id
  const space = await spaceOf(tx, ownerId, { lock: true })
  await passOverSame(tx, starter, good(drafts, 'sized'))
  refuseWhatDoesNotFit(drafts, space)
  const uploads = uploadsOf(good(drafts, 'sized'))
  await reserveSpace(
    tx,
    ownerId,
    uploads.reduce((sum, { size, replaces }) => sum + addedBytes(size, replaces), 0),
  )
  await insertUploads(tx, uploads)
}

/** What nobody has decided about is not begun where it is there, or comes from another page. */
async function passOverSame(tx: Transaction, { id, device }: Starter, drafts: readonly Draft[]): Promise<void> {
  const asked = drafts.flatMap(({ item, upload }) => (item.once === true && upload !== undefined ? upload : []))
  const same = await findSame(tx, { ownerId: id, device }, asked)
  const byUpload = new Map(asked.map(({ upl }, index) => [upl, same.get(index)]))
  for (const draft of drafts) {
    const found = byUpload.get(draft.upload?.upl ?? '')
    if (found !== undefined) draft.same = found
  }
}

interface Started {
  drafts: readonly Draft[]
  stored: ReadonlyMap<string, Settled>
  entries: ReadonlyMap<bigint, EntryItem>
}

function answersOf(starter: Starter, { drafts, stored, entries }: Started, hints: readonly boolean[]): StartedItem[] {
  return drafts.map(({ item: { clientId }, upload, place, same, error }, index): StartedItem => {
    if (same?.upl === null) return { clientId, ok: true, found: 'identical' }
    if (same !== undefined) {
      return {
        clientId,
        ok: true,
        found: 'elsewhere',
        uploadId: same.upl,
        deviceAgent: same.deviceAgent,
        isLeft: same.isLeft,
      }
    }
    if (error !== undefined || !upload) return { clientId, ok: false, error: errorBody(error) }
    const uploadId = upload.upl
    if (place) {
      const ticket = { ...upload, ownerPublicId: starter.publicId, epoch: 1 }
      const hash = hints[index] ?? false
      return { clientId, ok: true, uploadId, hash, ...issueTicket(ticket, place) }
    }
    const settled = stored.get(uploadId)
    const refusal = refusalOf(settled?.notice ?? null)
    if (refusal !== undefined) return { clientId, ok: false, error: errorBody(refusal) }
    const entry = settled?.entryId == null ? null : (entries.get(settled.entryId) ?? null)
    const notice = settled?.notice === 'renamed' || settled?.notice === 'skipped' ? { notice: settled.notice } : {}
    return { clientId, ok: true, uploadId, entry, ...notice }
  })
}
