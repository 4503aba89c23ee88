import { createHash } from 'node:crypto'
import { crc32, ServerError, Status } from '@cairn/dfs-core'
import { db } from '../../src/lib/db.ts'
import { dfs } from '../../src/lib/dfs.ts'
import { sortKey } from '../../src/lib/entries/sort-key.ts'
import { newPublicId } from '../../src/lib/public-id.ts'

function sha256(bytes: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(bytes).digest())
}

export interface Owner {
  id: string
  rootId: bigint
}

/** Somebody with an empty drive who never signs in. */
export async function newOwner(): Promise<Owner> {
  const publicId = newPublicId()
  const { id } = await db().user.create({ data: { publicId, email: `${publicId}@example.org`.toLowerCase() } })
  const root = { publicId: newPublicId(), ownerId: id, kind: 0, name: '', sortKey: '' }
  const { id: rootId } = await db().entry.create({ data: root })
  await db().quota.create({ data: { userId: id, allowed: 1_000_000_000_000n } })
  return { id, rootId }
}

/** A file in somebody's top folder, its bytes really stored. */
export async function storeFile(owner: Owner, name: string, contentType: string, bytes: Buffer) {
  const fileId = await dfs().upload(bytes, { ext: name.split('.').at(-1)?.slice(0, 6) ?? '' })
  const blob = await db().blob.create({
    data: {
      sha256: sha256(bytes),
      head: sha256(bytes.subarray(0, 65_536)),
      crc32: BigInt(crc32(bytes)),
      size: BigInt(bytes.length),
      contentType,
      fileId,
      copies: 2,
    },
  })
  const entry = await db().entry.create({
    data: {
      publicId: newPublicId(),
      ownerId: owner.id,
      parentId: owner.rootId,
      kind: 1,
      name,
      sortKey: sortKey(name),
      category: contentType.startsWith('image/') ? 'image' : 'document',
      blobId: blob.id,
      size: BigInt(bytes.length),
    },
  })
  return { entryId: entry.publicId, id: entry.id, blobId: blob.id, fileId }
}

/** How many members of its group have a file; a deletion comes to the other one a moment later. */
export async function holders(fileId: string): Promise<number> {
  const members = await dfs().tracker.listStorages('group1')
  const has = members.map(async ({ ip, storagePort }) => {
    try {
      await dfs().storage(`${ip}:${storagePort}`).queryFileInfo(fileId)
      return true
    } catch (error) {
      if (error instanceof ServerError && error.status === Status.ENOENT) return false
      throw error
    }
  })
  return (await Promise.all(has)).filter(Boolean).length
}
