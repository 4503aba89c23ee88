import { readFileByPace, removeByPace } from '../disk/by-pace.ts'
import type { StorePath } from '../disk/store-path.ts'
import { storeInSlot } from '../trunk/trunk-upload.ts'
import type { BodyTarget } from './body-gatherer.ts'
import type { HandlerContext } from './context.ts'
import { type Placed, type Published, placedLater } from './placed.ts'

/** A body that may go into a slot. */
export interface SmallUpload {
  readonly storePath: StorePath
  readonly ext: string
  /** How the body is stored by itself. */
  readonly plain: BodyTarget<Placed>
}

/** Puts small files into slots. While nobody hands slots out they become files of their own. */
export function slotTarget(context: HandlerContext, upload: SmallUpload): BodyTarget<Placed> {
  const placed = (body: Buffer): Placed => ({
    publish(done) {
      intoSlot(context, upload, body).then(
        (logicName) => done(undefined, logicName),
        (error: unknown) => {
          context.trunk.noteFailure(error)
          context.logger.warn({ err: error }, 'a small file is stored by itself')
          byItself(upload, body, done)
        },
      )
    },
    forget: () => undefined,
  })
  const { lane } = upload.storePath
  return {
    ...upload.plain,
    // The bytes are in the buffer only until the next ones come.
    fromMemory: (body) => placed(Buffer.from(body)),
    fromFile(file) {
      file.handOver()
      return placedLater(async () => {
        const body = await readFileByPace(lane, file.path)
        await removeByPace(lane, file.path)
        return placed(body)
      })
    },
  }
}

async function intoSlot(context: HandlerContext, { storePath, ext }: SmallUpload, body: Buffer): Promise<string> {
  const { store, trunk, config } = context
  return await storeInSlot(store, trunk, { storePath, ext, body, durability: config.uploadDurability })
}

function byItself({ plain }: SmallUpload, body: Buffer, done: Published): void {
  let placed: Placed
  try {
    placed = plain.fromMemory(body)
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)), '')
    return
  }
  placed.publish(done)
}
