import { linkSync, utimesSync } from 'node:fs'
import { dirname } from 'node:path'
import { type AboutPart, splitFileId } from '@cairn/dfs-core'
import { type PartState, UploadError, type UploadSlots } from '@cairn/dfs-tus'
import { isErrno, makeFolder } from '../disk/atomic-file.ts'
import { crcOfFile } from '../disk/file-crc.ts'
import type { ResolvedName } from '../disk/file-store.ts'
import { synced } from '../disk/group-sync.ts'
import { isNamePart } from '../engine/logic-name.ts'
import { admitCopy } from './admission.ts'
import { asUploadError } from './disk-failure.ts'
import { forgetAhead } from './forget-ahead.ts'
import type { FinishedUpload } from './ledger-line.ts'
import { OpenCopies } from './open-copies.ts'
import type { OpenParts } from './open-parts.ts'
import { Part, type PartContext } from './part.ts'
import { removePartFiles } from './part-files.ts'
import type { PartFinisher } from './part-finisher.ts'
import type { PartJoiner } from './part-joiner.ts'
import type { LinkContext } from './part-link.ts'
import type { UploadLedgers } from './upload-ledgers.ts'

export interface PartCopiesOptions {
  link: LinkContext
  context: PartContext
  parts: OpenParts
  ledgers: UploadLedgers
  slots: UploadSlots
  isBuried(logicName: string, timestamp: number): boolean
  finisher: Pick<PartFinisher, 'isRunning'>
  joiner: Pick<PartJoiner, 'isUsed'>
  /** Another member takes the bytes of this upload from now on. */
  taken(upl: string): void
}

/** Which upload, and the epoch at which the sender has it. */
export interface CopyKey {
  upl: string
  ep: number
}

export interface CopiedBytes {
  offset: number
  data: Buffer
  /** Of the data. */
  crc32: number
  /** null where the copy is known to be here. */
  about: AboutPart | null
}

/** What a finished upload is; owner and entry are known here. */
export type CommittedFile = Omit<FinishedUpload, 'upl' | 'ep' | 'dur' | 'own' | 'ent' | 'binlog'>

const EXTENSION_LENGTH_MAX = 6

/**
 * Copies of uploads that another member of the group takes (D4). A copy is a part like any other, but nothing becomes of it by itself:
 * either that member says which file it has become, or a client comes with a ticket of a higher epoch and goes on here.
 * Whoever has a lower epoch than was seen here is refused with `superseded` (D5).
 */
export class PartCopies {
  readonly #options: PartCopiesOptions
  readonly #open = new OpenCopies()

  constructor(options: PartCopiesOptions) {
    this.#options = options
  }

  /** Bytes that replace what is there from their offset on. Resolves with the size of the copy; with fewer than `offset`, nothing was written. */
  write(key: CopyKey, { offset, data, crc32, about }: CopiedBytes): Promise<number> {
    return this.#hold(key, async () => {
      const part = this.#options.parts.get(key.upl) ?? (await this.#create(key, about))
      await this.#follow(part, key.ep)
      if (part.offset < offset) return part.offset
      if (offset < 0 || data.length > part.offset - offset + part.room) {
        throw new UploadError('too_large', `upload ${key.upl} is not that long`)
      }
      try {
        await this.#open.whileWritten(part, async () => {
          await part.rollback({ offset, crcStart: offset, crc: 0 })
          if (data.length > 0) await part.append([data], crc32)
        })
      } catch (error) {
        throw asUploadError(error, part.storePath)
      }
      return part.offset
    })
  }

  /** Makes the file that the upload has become at the member that took it. Once more is harmless. */
  commit(key: CopyKey, file: CommittedFile): Promise<void> {
    const { ledgers, parts } = this.#options
    return this.#hold(key, async () => {
      if (ledgers.finished(key.upl)?.upload.fid === file.fid) return
      const part = parts.get(key.upl)
      if (part === undefined || !part.isCopy || part.offset !== file.size) {
        throw new UploadError('not_found', `there is no whole copy of upload ${key.upl}`)
      }
      await this.#follow(part, key.ep)
      const found = part.crc32 ?? (await crcOfFile(part.paths.part)).crc32
      if (found !== file.crc32) {
        await this.remove(part)
        throw new UploadError('checksum_mismatch', `the copy of upload ${key.upl} is another content`)
      }
      await part.syncBytes()
      await this.#publish(part, file)
      await this.remove(part)
    })
  }

  /** The upload was ended. */
  drop(key: CopyKey): Promise<void> {
    return this.#hold(key, async () => {
      const part = this.#options.parts.get(key.upl)
      if (part?.isCopy === true) await this.remove(part)
    })
  }

  /** How much of an upload is here, copy or not; null when nothing is known of it. */
  stat(upl: string): { epoch: number; offset: number; state: PartState } | null {
    const part = this.#options.parts.get(upl)
    if (part !== undefined) {
      return { epoch: part.ep, offset: part.offset, state: part.isComplete ? 'complete' : 'open' }
    }
    const finished = this.#options.ledgers.finished(upl)
    if (finished === null) return null
    const { ep: epoch, size: offset } = finished.upload
    return { epoch, offset, state: finished.acked ? 'acked' : 'linked' }
  }

  /** As for every request: the epoch is looked at before the slot is asked for, and again when it is held. */
  async #hold<T>(key: CopyKey, work: () => Promise<T>): Promise<T> {
    this.#checkSender(key)
    const release = await this.#options.slots.acquire(key.upl, () => undefined)
    try {
      this.#checkSender(key)
      return await work()
    } finally {
      release()
    }
  }

  #checkSender({ upl, ep }: CopyKey): void {
    const { parts, ledgers, joiner } = this.#options
    if (joiner.isUsed(upl)) throw new UploadError('locked', `upload ${upl} is being joined to another`)
    const part = parts.get(upl)
    const seen = part?.ep ?? ledgers.finishedEpoch(upl)
    // Of one epoch there is one member that takes the bytes.
    const isOwn = part?.isCopy === false && ep === part.ep
    const isEnded = seen === null && ep <= (ledgers.endedEpoch(upl) ?? -1)
    if (isOwn || isEnded || ep < (seen ?? 0)) throw notYours(upl)
  }

  async #create({ upl, ep }: CopyKey, about: AboutPart | null): Promise<Part> {
    const { context, link, ledgers, parts } = this.#options
    if (ledgers.finishedEpoch(upl) !== null) throw new UploadError('upload_finished', `upload ${upl} is a file here`)
    if (about === null) throw new UploadError('not_found', `there is no copy of upload ${upl}`)
    const { len, lenMax, ext, own, ent, metadata, concat, storePathIndex } = about
    if (!isNamePart(ext) || ext.length > EXTENSION_LENGTH_MAX) throw new UploadError('bad_request', 'not an extension')
    const storePath = admitCopy(link.store, { index: storePathIndex, size: len ?? lenMax }, (path) =>
      parts.outstanding(path),
    )
    const facts = { len, lenMax, ext, own, ent, metadata, concat, joins: [] }
    const part = await Part.create(context, storePath, { upl, ep, ...facts, isCopy: true })
    parts.set(upl, part)
    return part
  }

  /** A part of its own becomes a copy when its upload went on at the sender. */
  async #follow(part: Part, ep: number): Promise<void> {
    const { finisher, taken } = this.#options
    if (part.isCopy && part.ep === ep) return
    if (finisher.isRunning(part.upl)) throw new UploadError('locked', `upload ${part.upl} is being finished`)
    if (!part.isCopy) {
      taken(part.upl)
      part.hash.close()
      await forgetAhead(part)
    }
    await part.follow(ep)
    if (part.ep > ep) throw notYours(part.upl)
  }

  /** File, record, ledger line, in this order: what a crash leaves is a file that replication finds here. */
  async #publish(part: Part, file: CommittedFile): Promise<void> {
    const { link, ledgers, isBuried } = this.#options
    const { store, sync, durability } = link
    const { logicName } = splitFileId(file.fid)
    const name = store.resolve(logicName)
    if (name.storePath !== part.storePath) throw new UploadError('not_found', `the copy is not where ${logicName} is`)
    if (isBuried(logicName, file.at)) throw new UploadError('gone', `${logicName} was deleted`)
    placeCopy(part, name, file.at)
    if (sync !== null)
      await synced(sync, { lane: part.storePath.lane, file: part.paths.part, folder: dirname(name.path) })
    await new Promise<void>((resolve, reject) => {
      const done = (error?: Error) => (error === undefined ? resolve() : reject(error))
      store.log.append('c', logicName, done, { timestamp: file.at, durable: sync !== null })
    })
    const { upl, ep } = part
    const { own, ent } = part.facts
    const ledger = ledgers.at(part.storePath)
    await ledger.writeByPace({
      kind: 'finished',
      upload: { ...file, upl, ep, own, ent, dur: durability, binlog: store.log.position() },
    })
    ledger.confirm([upl])
    if (sync !== null) await synced(sync, ledger.syncItem)
  }

  /** It was joined here: its sender learns so when it comes again, and throws its part away. */
  async end(part: Part): Promise<void> {
    await this.#options.ledgers.end(part, part.ep)
    await this.remove(part)
  }

  /** By whoever holds its slot. No tombstone: the upload lives elsewhere. */
  async remove(part: Part): Promise<void> {
    this.#options.parts.delete(part.upl)
    this.#open.forget(part)
    await part.retire()
    await removePartFiles(part.storePath, part.paths)
  }
}

function notYours(upl: string): UploadError {
  return new UploadError('superseded', `upload ${upl} is not sent by you`)
}

/** With the source's time, as every replica. A file that replication brought before is the same one. */
function placeCopy(part: Part, { path }: ResolvedName, timestamp: number): void {
  utimesSync(part.paths.part, timestamp, timestamp)
  const link = () => linkSync(part.paths.part, path)
  try {
    try {
      link()
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error
      makeFolder(dirname(path))
      link()
    }
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw asUploadError(error)
  }
}
