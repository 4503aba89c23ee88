import { Status } from '@cairn/dfs-core'
import { goOnWith, type Paced, thenByPace } from '../disk/by-pace.ts'
import type { ResolvedName } from '../disk/file-store.ts'
import { ContentMismatchError, type Present, presentAt } from '../disk/replica.ts'
import { StoreError } from '../disk/store-error.ts'
import { isFrom } from '../engine/file-facts.ts'
import { slotOfName } from '../trunk/slot-name.ts'
import { occupantOf } from '../trunk/slot-replica.ts'
import type { HandlerContext } from './context.ts'
import { type Finish, locked } from './requests.ts'
import type { Incoming } from './sync-answer.ts'

/** What a whole file from a peer finds here, and what becomes of it. */
export type Outcome = 'place' | 'same' | 'own' | 'buried' | 'overtaken' | 'occupied' | 'absent'

/** A whole file from a peer. CREATE (c) of one that is here in the same size only logs it; UPDATE (u) always overwrites. */
export interface ArrivingFile {
  readonly op: 'c' | 'u'
  readonly incoming: Incoming
  readonly outcome: Outcome
}

export interface ToldOfFile {
  readonly op: 'c' | 'u'
  readonly fileSize: number
  /** The source's time of the change. */
  readonly timestamp: number
  /** The sender believes it to be here, and sends no content. */
  readonly isAnnounced: boolean
}

export function look(context: HandlerContext, file: ResolvedName, told: ToldOfFile): Paced<Outcome> {
  if (context.tombstones.refuses(file.logicName, told.timestamp)) return 'buried'
  return thenByPace(occupantOf(file), (occupant): Paced<Outcome> => {
    // Deleted elsewhere, and the slot used again, before this file came here.
    if (occupant === 'newer') return 'overtaken'
    // Its deletion is still on the way; if it was never deleted, it must not be lost.
    if (occupant === 'older') return 'occupied'
    return thenByPace(presentAt(file), (present) => outcomeBeside(context, { file, present }, told))
  })
}

function outcomeBeside(
  context: HandlerContext,
  { file, present }: { file: ResolvedName; present: Present },
  { op, fileSize: size, isAnnounced }: ToldOfFile,
): Outcome {
  const isSame = present.kind === 'file' && present.size === size
  // A member that sends the group's history also sends back what came from here. It may be older than what is here now.
  if (op === 'c' && present.kind === 'file' && isFrom(file.logicName, context.store.source)) return 'own'
  if (isAnnounced) return isSame ? 'same' : 'absent'
  return op === 'c' && isSame ? 'same' : 'place'
}

const REFUSED = {
  own: Status.EEXIST,
  buried: Status.EEXIST,
  overtaken: Status.EEXIST,
  occupied: Status.EBUSY,
  absent: Status.ENOENT,
} as const

/** Puts a content under its name. */
type Place = () => void | Promise<void>

/** Stores and logs a file whose content has come, or refuses it. Resolves when its record has its place in the log. */
export async function receiveFile(
  context: HandlerContext,
  { op, incoming, outcome }: ArrivingFile,
  place: Place,
): Promise<void> {
  const { file, timestamp, answer } = incoming
  if (outcome !== 'place' && outcome !== 'same') {
    const error = new StoreError(REFUSED[outcome], `${file.logicName} is ${outcome} here`)
    // It must come again, so it has not arrived.
    if (outcome === 'occupied') answer(error)
    else answer(error, incoming)
    return
  }
  await new Promise<void>((resolve) => {
    const finished: Finish = (error) => {
      answer(error, incoming)
      resolve()
    }
    locked(context, file, finished, (finish) => {
      // It may have been deleted while its content came.
      if (outcome === 'place' && context.tombstones.refuses(file.logicName, timestamp)) {
        throw new StoreError(REFUSED.buried, `${file.logicName} is buried here`)
      }
      const there = outcome === 'same' ? new StoreError(Status.EEXIST, `${file.logicName} is here`) : undefined
      const log = (isHere: boolean) => {
        if (isHere) context.store.log.append(op, file.logicName, (error) => finish(error ?? there), { timestamp })
        else finish()
        resolve()
      }
      goOnWith(isPlaced(context, file, place), log, finish)
    })
  })
}

/** False when the content is given up: it was another than its name says, too often. */
async function isPlaced(
  context: HandlerContext,
  { logicName, storePath }: ResolvedName,
  place: Place,
): Promise<boolean> {
  const named = slotOfName(logicName)
  try {
    if (named !== null) await context.trunk.makeTrunkFile(storePath, named.slot)
    await place()
    return true
  } catch (error) {
    storePath.health.notice(error)
    if (!(error instanceof ContentMismatchError) || !context.refusals.isSpent(logicName)) throw error
    context.logger.error({ name: logicName, err: error }, 'given up a replica whose content is not what its name says')
    return false
  }
}
