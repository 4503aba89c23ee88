import { type ChangeReply, trackerCommands } from '@cairn/dfs-core'
import { Wire, type WireAnswer } from './wire.ts'

interface PeerOptions {
  trackerPort: number
  id?: string
  port?: number
  group?: string
  isNew?: boolean
  status?: number
  localAddress?: string
  version?: string
  /** Another one is another data folder. */
  joinTime?: number
  /** The tracker as this storage server knows it: `ip` and the line of JOIN. */
  tracker?: { ip: string; line: string }
  /** The lines of other trackers. */
  otherTrackers?: readonly string[]
  /** All lines, in place of the above. */
  trackers?: readonly string[]
}

/** Talks to a tracker as a storage server does. */
export class StoragePeer {
  readonly wire: Wire
  readonly #options: PeerOptions

  private constructor(wire: Wire, options: PeerOptions) {
    this.wire = wire
    this.#options = options
  }

  static async connect(options: PeerOptions): Promise<StoragePeer> {
    const address = options.localAddress ?? '127.0.0.1'
    return new StoragePeer(await Wire.open(options.trackerPort, '127.0.0.1', address), options)
  }

  /** Connects, joins, finds its place without a sync source, and reports until it is ACTIVE. */
  static async active(options: PeerOptions): Promise<StoragePeer> {
    const peer = await StoragePeer.connect(options)
    const joined = await peer.join()
    if (joined.status !== 0) throw new Error(`JOIN: ${joined.status}`)
    await peer.notify('', 0)
    await peer.beat()
    await peer.disk(50_000, 100_000)
    return peer
  }

  join(): Promise<WireAnswer> {
    const {
      id = '',
      port = 23_000,
      group = 'group1',
      isNew = false,
      status = 0,
      version,
      joinTime = 1_795_000_000,
      trackerPort,
      otherTrackers = [],
    } = this.#options
    const { tracker = { ip: '127.0.0.1', line: `127.0.0.1:${trackerPort}` } } = this.#options
    return this.wire.ask(
      trackerCommands.join.code,
      trackerCommands.join.request.encode({
        group,
        storagePort: port,
        storePathCount: 1,
        subdirCountPerPath: 256,
        uploadPriority: 10,
        joinTime,
        upTime: 1_795_000_000,
        version: version ?? '6.16.1',
        initFlag: isNew ? 1 : 0,
        status,
        storageId: id,
        trackerIp: tracker.ip,
        trackers: this.#options.trackers ?? [tracker.line, ...otherTrackers],
      }),
    )
  }

  async beat(changes: { lastSourceUpdate?: number; successUploadCount?: number } = {}): Promise<ChangeReply> {
    const { beat } = trackerCommands
    const zero = beat.request.decode(Buffer.alloc(348))
    const answer = await this.wire.ask(beat.code, beat.request.encode(zero && { ...zero, ...changes }))
    if (answer.status !== 0) throw new Error(`BEAT: ${answer.status}`)
    return beat.response.decode(answer.body)
  }

  async disk(freeMb: number, totalMb: number): Promise<void> {
    const { reportDiskUsage } = trackerCommands
    const answer = await this.wire.ask(
      reportDiskUsage.code,
      reportDiskUsage.request.encode({ paths: [{ totalMb, freeMb }] }),
    )
    if (answer.status !== 0) throw new Error(`REPORT_DISK_USAGE: ${answer.status}`)
  }

  notify(sourceId: string, until: number): Promise<WireAnswer> {
    return this.wire.ask(
      trackerCommands.syncNotify.code,
      trackerCommands.syncNotify.request.encode({ sourceId, until }),
    )
  }

  async requestSource(): Promise<{ sourceId: string; until: number } | null> {
    const { syncDestRequest } = trackerCommands
    const answer = await this.wire.ask(syncDestRequest.code)
    if (answer.status !== 0) throw new Error(`SYNC_DEST_REQ: ${answer.status}`)
    return syncDestRequest.response.decode(answer.body)
  }

  close(): void {
    this.wire.close()
  }
}
