import { addressOf, parseFileId } from '@cairn/dfs-core'
import { addGarbage } from '../features/uploads/server/upload-rows.ts'
import type { SpooledUpload } from '../generated/prisma/client.ts'
import type { Member } from '../lib/address-book.ts'
import { db } from '../lib/db.ts'
import { dfs } from '../lib/dfs.ts'
import { type ContentFacts, ContentReader } from './content-facts.ts'
import type { MadeFile } from './upload-rows.ts'

/**
 * Stores content as a plain file (11) at a member, with the metadata that every file of the drive has. What the storage
 * says it has is compared with what was sent: its answer names size and CRC-32.
 */
export async function makeFile(
  { size, ext, own, ent }: Pick<SpooledUpload, 'size' | 'ext' | 'own' | 'ent'>,
  member: Member,
  content: AsyncIterable<Uint8Array>,
): Promise<MadeFile> {
  const reader = new ContentReader()
  const storage = dfs().storage(addressOf(member))
  const fileId = await storage.uploadFile({ stream: passing(content, reader), size: Number(size) }, { ext })
  try {
    const facts = await reader.end()
    requireSame(fileId, facts)
    await storage.setMetadata(fileId, { ent, own }, 'overwrite')
    return { ...facts, fileId }
  } catch (error) {
    await addGarbage(db(), [fileId], 'its upload failed')
    throw error
  }
}

async function* passing(content: AsyncIterable<Uint8Array>, reader: ContentReader): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    reader.add(chunk)
    yield chunk
  }
}

function requireSame(fileId: string, sent: ContentFacts): void {
  const { size, crc32 } = parseFileId(fileId)
  if (size === sent.size && crc32 === sent.crc32) return
  throw new Error(`${fileId} names ${size} bytes with CRC-32 ${crc32}; ${sent.size} with ${sent.crc32} were sent`)
}
