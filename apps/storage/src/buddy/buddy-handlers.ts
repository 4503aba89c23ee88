import {
  CairnCommand,
  crc32,
  decodeAboutPart,
  PART_DATA_SIZE_MAX,
  PartState,
  Status,
  storageCommands,
} from '@cairn/dfs-core'
import type { CommandHandler } from '@cairn/dfs-core/server'
import { UploadError, type UploadErrorCode } from '@cairn/dfs-tus'
import { StoreError } from '../disk/store-error.ts'
import { countBytes } from '../engine/counters.ts'
import type { ConnectionState, HandlerContext } from '../handlers/context.ts'
import { gathered } from '../handlers/gathered.ts'
import { buffered, checkGroup, type Finish } from '../handlers/requests.ts'
import type { PartCopies } from '../parts/part-copies.ts'

/** Of the commands 200 to 204. */
const VERSION = 1
/** Bytes of PART_WRITE beside its content. */
const HEAD_BYTES_MAX = 32 * 1024

const STATUS: Partial<Record<UploadErrorCode, number>> = {
  superseded: Status.ESTALE,
  gone: Status.ESTALE,
  not_found: Status.ENOENT,
  upload_finished: Status.EEXIST,
  disk_full: Status.ENOSPC,
  disk_failed: Status.EIO,
  locked: Status.EBUSY,
  bad_request: Status.EINVAL,
  too_large: Status.EINVAL,
  checksum_mismatch: Status.EIO,
}

/** What other members say of the uploads that they take (200 to 203), and what anybody may ask (204). */
export function buddyHandlers(
  context: HandlerContext,
  copies: PartCopies,
): Array<[number, CommandHandler<ConnectionState>]> {
  const { hello, partWrite, partCommit, partDrop, partStat } = storageCommands
  const { store, counters } = context
  const keyOf = ({ uploadId, epoch: ep }: { uploadId: Buffer; epoch: number }) => ({ upl: nameOf(uploadId), ep })
  const bodyMax = PART_DATA_SIZE_MAX + HEAD_BYTES_MAX
  const write = gathered(context, partWrite, bodyMax, ({ offset, crc32: crc, about, data, ...key }, finish) => {
    if (crc32(data) !== crc) throw new StoreError(Status.EIO, 'bytes of an upload were spoilt on their way')
    const told = about.length === 0 ? null : decodeAboutPart(about)
    answer(finish, async () => {
      const there = await copies.write(keyOf(key), { offset, data, crc32: crc, about: told })
      countBytes(counters, 'SyncIn', data.length, data.length)
      return partWrite.response.encode({ offset: there })
    })
  })
  return [
    [
      hello.code,
      buffered(context, hello, null, ({ group }, finish) => {
        checkGroup(context, group)
        finish(undefined, hello.response.encode({ version: VERSION, id: store.storageId }))
      }),
    ],
    [CairnCommand.PART_WRITE, write],
    [
      partCommit.code,
      buffered(context, partCommit, null, (file, finish) => {
        const { size, crc32: crc, timestamp: at, contentType: ct, name } = file
        const hashes = { sha256: file.sha256.toString('hex'), head: file.head.toString('hex') }
        const fid = `${store.group}/${store.resolve(name).logicName}`
        answer(finish, async () => {
          await copies.commit(keyOf(file), { fid, size, crc32: crc, ...hashes, ct, at })
          return partCommit.response.encode({})
        })
      }),
    ],
    [
      partDrop.code,
      buffered(context, partDrop, null, (key, finish) =>
        answer(finish, async () => {
          await copies.drop(keyOf(key))
          return partDrop.response.encode({})
        }),
      ),
    ],
    [
      partStat.code,
      buffered(context, partStat, null, ({ uploadId }, finish) => {
        const part = copies.stat(nameOf(uploadId))
        if (part === null) throw new StoreError(Status.ENOENT, 'nothing is known of this upload')
        finish(undefined, partStat.response.encode({ ...part, state: PartState[part.state] }))
      }),
    ],
  ]
}

function nameOf(uploadId: Buffer): string {
  return uploadId.toString('hex')
}

function answer(finish: Finish, work: () => Promise<Buffer>): void {
  work().then(
    (body) => finish(undefined, body),
    (error: unknown) => finish(asStoreError(error)),
  )
}

function asStoreError(error: unknown): unknown {
  if (!(error instanceof UploadError)) return error
  return new StoreError(STATUS[error.code] ?? Status.EIO, error.message, { cause: error })
}
