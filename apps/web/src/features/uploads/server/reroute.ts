import { ConnectionError, formatAddress, ServerError } from '@cairn/dfs-core'
import type { Member, ReachableMember } from '../../../lib/address-book.ts'
import { ApiError } from '../../../lib/api-error.ts'
import { addressBook, chooseStorage, dfs, isReachable, reachingStorage } from '../../../lib/dfs.ts'
import { env } from '../../../lib/env.ts'
import { partOffsets } from '../../../lib/storage-service.ts'
import { choosePlace } from '../reroute-choice.ts'
import type { RenewTicketQuery } from '../schema.ts'

/** A storage that says nothing for so long is away. */
const ANSWER_MS = 3000

interface PlacedUpload {
  upl: string
  grp: string
  storage_id: string
}

/** `startsOver`: the member has nothing of the upload. */
interface UploadPlace {
  member: ReachableMember
  startsOver: boolean
}

/**
 * Where an upload goes on. A storage that its browser uses well is kept, also when it cannot be reached from here. When the browser is
 * without an answer, every member of the group is asked how much of the upload it has. A storage that cannot write is as good as away.
 */
export async function placeFor(
  { upl, grp, storage_id: storageId }: PlacedUpload,
  { sent, silentSeconds, unable = false }: Pick<RenewTicketQuery, 'sent' | 'silentSeconds' | 'unable'>,
): Promise<UploadPlace> {
  const members = await reachingStorage(() => addressBook().membersOf(grp))
  const own = members.find((member) => member.storageId === storageId)
  const known = own === undefined ? null : withLastPort(own)
  if (sent === undefined) return { member: known ?? waiting(storageId), startsOver: false }
  const parts = await partsAt(members, upl)
  // A gateway is the door to every storage: who is shut out of it would only lose what lies at this one.
  const isDoorShut = env().gateway !== undefined && parts.has(storageId)
  if (unable) parts.delete(storageId)
  const choice = isDoorShut ? storageId : choosePlace({ own: storageId, parts, sent, silentSeconds })
  if (choice === 'anywhere') return { member: await chooseStorage(unable ? [storageId] : []), startsOver: true }
  const chosen = members.find((member) => member.storageId === choice)
  const startsOver = choice !== storageId && parts.get(choice ?? '') === 0
  return { member: (chosen === undefined ? null : withLastPort(chosen)) ?? waiting(storageId), startsOver }
}

function waiting(storageId: string): never {
  throw new ApiError('no_storage', `Storage ${storageId} does not answer. Nothing is lost.`)
}

function withLastPort(member: Member): ReachableMember | null {
  const httpPort = member.httpPort ?? addressBook().lastHttpPort(member)
  return httpPort === null ? null : { ...member, httpPort }
}

/** Bytes of an upload by storage; 0 where nothing is known of it. Storages that do not answer are missing. */
async function partsAt(members: readonly Member[], upl: string): Promise<Map<string, number>> {
  const answers = await Promise.all(
    members.map(async (member): Promise<[string, number] | null> => {
      const bytes = await bytesAt(member, upl)
      return bytes === null ? null : [member.storageId, bytes]
    }),
  )
  return new Map(answers.filter((answer) => answer !== null))
}

async function bytesAt(member: Member, upl: string): Promise<number | null> {
  if (!isReachable(member)) return null
  try {
    if (env().gateway !== undefined) return (await partOffsets(member, [upl])).get(upl) ?? 0
    const { offset } = await dfs().storage(formatAddress(member.ip, member.port)).partStat(upl, ANSWER_MS)
    return offset
  } catch (error) {
    // One of FastDFS does not know the question; it is there.
    if (error instanceof ServerError) return 0
    if (error instanceof ConnectionError) return null
    throw error
  }
}
