import { randomBytes } from 'node:crypto'
import { register } from '../../src/features/auth/commands.ts'
import { db } from '../../src/lib/db.ts'
import { nameKeys } from '../../src/lib/entries/name-keys.ts'
import { newPublicId } from '../../src/lib/public-id.ts'
import { Browser } from './browser.ts'

const PASSWORD = 'correct horse'

export interface Person {
  id: string
  email: string
  rootId: bigint
}

export async function newPerson(quotaBytes = 1_000_000_000_000): Promise<Person> {
  const email = `${newPublicId()}@example.org`
  await register({ name: 'Somebody', email, password: PASSWORD })
  const user = await db().user.findUniqueOrThrow({ where: { email }, include: { entries: true } })
  await db().quota.update({ where: { userId: user.id }, data: { allowed: BigInt(quotaBytes) } })
  return { id: user.id, email, rootId: user.entries[0]!.id }
}

/** A new person's browser, signed in. */
export async function signedInBrowser(serverUrl: string): Promise<{ browser: Browser; person: Person }> {
  const person = await newPerson()
  const browser = new Browser(serverUrl)
  const { error } = await browser.signIn(person.email, PASSWORD)
  if (error) throw new Error(`sign-in failed: ${error}`)
  return { browser, person }
}

interface FileOptions {
  size?: number
  contentType?: string
  modifiedAt?: Date
}

/** A stored file as a completed upload would leave it, with content that nobody else has. Returns the public id. */
export async function addFile(ownerId: string, parentId: bigint, name: string, options: FileOptions = {}) {
  const { size = 1, contentType = 'text/plain', modifiedAt = new Date() } = options
  const blob = await db().blob.create({
    data: {
      sha256: randomBytes(32),
      head: randomBytes(32),
      crc32: 1n,
      size: BigInt(size),
      contentType,
      fileId: size === 0 ? null : `group1/M00/00/00/${newPublicId()}`,
      copies: 2,
    },
  })
  const entry = await db().entry.create({
    data: {
      publicId: newPublicId(),
      ownerId,
      parentId,
      kind: 1,
      name,
      ...nameKeys(name),
      category: 'document',
      blobId: blob.id,
      size: BigInt(size),
      modifiedAt,
    },
  })
  return entry
}
