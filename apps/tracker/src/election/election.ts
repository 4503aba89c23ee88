import type { TrackerContext } from '../handlers/context.ts'
import { Peers } from './peers.ts'
import { Relationship } from './relationship.ts'
import { Relearn } from './relearn.ts'
import { Removals } from './removals.ts'
import { TrunkElection } from './trunk-election.ts'

/** What this tracker has to do with the others, and with the trunk servers that its leader elects. */
export class Election {
  readonly removals: Removals
  readonly trunk: TrunkElection
  readonly relearn: Relearn
  readonly #peers: Peers
  readonly #relationship: Relationship

  constructor(context: TrackerContext) {
    this.#peers = new Peers(context.config, context.cluster.trackers)
    this.removals = new Removals(context, this.#peers)
    this.trunk = new TrunkElection(context)
    this.relearn = new Relearn(context, this.#peers, this.removals)
    this.#relationship = new Relationship(context, this.#peers)
  }

  /** Meant to be called every second. */
  tick(): void {
    this.#relationship.tick()
    this.trunk.tick()
    this.removals.tick()
  }

  /** No `tick` comes after this. */
  async close(): Promise<void> {
    this.#peers.close()
    await this.#relationship.idle()
  }
}
