import { BulkLane, type LaneFile } from './bulk-lane.ts'
import type { BulkSent } from './bulk-request.ts'
import type { SendPace } from './send-pace.ts'
import type { Place } from './upload-transfer.ts'

/** Sends small files together with others for the same storage. */
export class BulkSender {
  readonly #pace: SendPace
  readonly #lanes = new Map<string, BulkLane>()

  constructor(pace: SendPace) {
    this.#pace = pace
  }

  /** Whether the storage takes many files in one request, as far as is known. */
  takes({ endpoint }: Place): boolean {
    return this.#lane(endpoint).hasDoor
  }

  hasRoomAt({ endpoint }: Place): boolean {
    return this.#lane(endpoint).hasRoom
  }

  send(file: LaneFile): Promise<BulkSent> {
    return this.#lane(file.place.endpoint).send(file)
  }

  #lane(endpoint: string): BulkLane {
    const lane = this.#lanes.get(endpoint) ?? new BulkLane(this.#pace)
    this.#lanes.set(endpoint, lane)
    return lane
  }
}
