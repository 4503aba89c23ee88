import { dirname } from 'node:path'
import { Status, storageCommands } from '@cairn/dfs-core'
import type { BufferedHandler, CommandHandler } from '@cairn/dfs-core/server'
import { goOnWith } from '../disk/by-pace.ts'
import type { ResolvedName } from '../disk/file-store.ts'
import { ifWell } from '../disk/log-done.ts'
import { StoreError } from '../disk/store-error.ts'
import { countOperation } from '../engine/counters.ts'
import { trunkFilePath } from '../trunk/slot-file.ts'
import { slotOfName } from '../trunk/slot-name.ts'
import { factsByPace } from '../trunk/stored-by-pace.ts'
import type { StoredFacts } from '../trunk/stored-content.ts'
import { buryUnseen } from './burial.ts'
import type { ConnectionState, FileContext, HandlerContext } from './context.ts'
import { noteFailure } from './failure.ts'
import { checkGroup, type Finish, locked } from './requests.ts'
import { missing } from './source-fallback.ts'

/** DELETE_FILE. */
export function removeHandlers(context: HandlerContext): Array<[number, CommandHandler<ConnectionState>]> {
  const remove: Remove = (file, answer) => removeFile(context, file, answer)
  return [[storageCommands.deleteFile.code, removeHandler(context, remove)]]
}

/** Removes a file, and answers with a status: 0 when it is gone. */
type Remove = (file: ResolvedName, answer: (status: number) => void) => void

export function removeHandler<S>(context: FileContext, remove: Remove): BufferedHandler<S> {
  const { code, request: layout } = storageCommands.deleteFile
  return {
    kind: 'buffered',
    bodyMax: context.config.bufferBytes,
    handle({ head }, reply) {
      const answer = (status: number) => {
        countOperation(context.counters, 'Delete', status === Status.OK)
        if (status === Status.OK) reply.ok()
        else reply.fail(status)
      }
      try {
        const { group, name } = layout.decode(head)
        checkGroup(context, group)
        remove(context.store.resolve(name), answer)
      } catch (error) {
        answer(noteFailure(context, code, error))
      }
    },
  }
}

/** When no other change of the file is under way. */
export function removeFile(context: HandlerContext, file: ResolvedName, answer: (status: number) => void): void {
  const finish: Finish = (error) => {
    answer(error === undefined ? Status.OK : noteFailure(context, storageCommands.deleteFile.code, error))
  }
  locked(context, file, finish, (done) => remove(context, file, done))
}

function remove(context: HandlerContext, file: ResolvedName, finish: Finish): void {
  goOnWith(factsByPace(file), (facts) => removeFound(context, { file, facts }, finish), finish)
}

interface Found {
  readonly file: ResolvedName
  readonly facts: StoredFacts | null
}

function removeFound(context: HandlerContext, { file, facts }: Found, finish: Finish): void {
  const { store, config } = context
  if (facts === null) {
    // Its source may have it and be down: our D record deletes it there, and what it sends later is refused.
    if (context.isRestoring(file.storePath.index)) {
      context.tombstones.add(file.logicName)
      store.log.append('D', file.logicName, finish)
      return
    }
    if (!buryUnseen(context, file)) throw missing(file)
    store.log.append('D', file.logicName, () => finish(missing(file)))
    return
  }
  if (facts.kind === 'folder') throw new StoreError(Status.EINVAL, `${file.logicName} is not a file`)
  // Whoever has not heard of it yet may send the file once more.
  context.tombstones.add(file.logicName)
  const named = slotOfName(file.logicName)
  const { lane } = file.storePath
  const changed =
    named === null ? { lane, folder: dirname(file.path) } : { lane, file: trunkFilePath(file.storePath, named.slot) }
  const durability = config.uploadDurability
  const settled = () => {
    if (named !== null) context.trunk.giveBack(named.slot)
    finish()
  }
  const settle = () =>
    durability === 'none' ? settled() : void store.settle(durability, changed).then(settled, finish)
  store.remove(file, ifWell(finish, settle), facts.size)
}
