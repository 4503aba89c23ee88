import { ConnectionError, Status } from '@cairn/dfs-core'
import type { ResolvedName } from '../disk/file-store.ts'
import { StoreError } from '../disk/store-error.ts'
import type { HandlerContext } from './context.ts'
import type { Finish, Request } from './requests.ts'

/** Marks a request of one Cairn storage to another in the status byte of 14, 15 and 22: it is not passed on again. */
export const PROXIED_FLAG = 0x40

/** A file on the member that it was first written to, asked for because it has not arrived here yet. */
export interface RemoteSource {
  metadata(logicName: string): Promise<Buffer>
  /** The body of the answer to QUERY_FILE_INFO. */
  fileInfo(logicName: string, flags: number): Promise<Buffer>
  /** The bytes in an unlinked temporary file; the caller closes the descriptor. */
  download(name: ResolvedName, range: ByteRange): Promise<{ fd: number; length: number }>
}

/** `length` 0 = to the end. */
export interface ByteRange {
  readonly offset: number
  readonly length: number
}

/**
 * Read your writes: what is not here is asked from its source, once, if that is another member that is alive and the
 * request did not come from a storage that asks in the same way.
 */
export function askSource(
  context: HandlerContext,
  { request, file, finish }: { request: Request; file: ResolvedName; finish: Finish },
  ask: (source: RemoteSource) => Promise<Buffer>,
): void {
  const source = sourceToAsk(context, request, file)
  if (source === null) finish(missing(file))
  else
    ask(source).then(
      (body) => finish(undefined, body),
      (error: unknown) => finish(orMissing(error, file)),
    )
}

/** Null: nobody else would have it. Throws EAGAIN while its disk is being restored and nobody can be asked. */
export function sourceToAsk(context: HandlerContext, request: Request, file: ResolvedName): RemoteSource | null {
  if ((request.status & PROXIED_FLAG) !== 0 || context.tombstones.has(file.logicName)) return null
  const source = context.sourceOf(file.logicName)
  if (source === null && context.isRestoring(file.storePath.index)) {
    throw new StoreError(Status.EAGAIN, `${file.logicName} may come back: its disk is being restored`)
  }
  return source
}

/** A source that cannot be reached is, to the asker, a file that is not here. */
export function orMissing(error: unknown, file: ResolvedName): unknown {
  return error instanceof ConnectionError ? missing(file) : error
}

export function missing(file: ResolvedName): StoreError {
  return new StoreError(Status.ENOENT, `${file.logicName} is not here`)
}
