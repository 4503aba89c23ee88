import { trackerCommands } from '@cairn/dfs-core'
import { createCluster } from '../cluster/cluster.ts'
import { Refusal } from '../cluster/refusal.ts'
import { deletionsIn, keepDeletion } from '../cluster/removal.ts'
import type { TrackerAddress } from '../cluster/tracker-list.ts'
import type { TrackerContext } from '../handlers/context.ts'
import { restoreCluster } from '../snapshot/restore.ts'
import { SYSTEM_FILE_COUNT, stateTexts } from '../snapshot/system-files.ts'
import { bestCandidate, type Candidate, compareCandidates, inTimeSteps } from './leader-choice.ts'
import type { Peers } from './peers.ts'
import type { Removals } from './removals.ts'
import type { TrackerPeer } from './tracker-peer.ts'

/** A tracker that was away for longer knows too little of what happened. */
const AWAY_SECONDS_MAX = 600
const FILE_BYTES_MAX = 64 * 1024 * 1024

/**
 * A tracker that is new, or was away for long, takes over the state of the best other tracker before it accepts the
 * first JOIN (internals §1.4, §7.5). Where no other answers, or none knows more, it goes on with what it has. Deletions
 * that it has acknowledged itself stay, also where the other never heard of them.
 */
export class Relearn {
  readonly #context: TrackerContext
  readonly #peers: Peers
  readonly #removals: Removals
  #isDone = false
  #running: Promise<void> | null = null

  constructor(context: TrackerContext, peers: Peers, removals: Removals) {
    this.#context = context
    this.#peers = peers
    this.#removals = removals
  }

  /** Null when there is nothing to learn. Rejects with a Refusal when the storage server has to come again. */
  before(others: readonly TrackerAddress[]): Promise<void> | null {
    if (this.#isDone) return null
    if (others.length === 0 || !this.#isNeeded()) {
      this.#end(others)
      return null
    }
    this.#running ??= this.#learn(others)
      .then(() => this.#end(others))
      .catch((error) => {
        this.#context.logger.warn({ err: error }, 'the state of another tracker could not be taken over')
        throw new Refusal('not_ready', 'the state of another tracker is being taken over')
      })
      .finally(() => {
        this.#running = null
      })
    return this.#running
  }

  #end(others: readonly TrackerAddress[]): void {
    this.#isDone = true
    this.#removals.repeatOld(others)
  }

  #isNeeded(): boolean {
    const { cluster, snapshots, upTime } = this.#context
    return cluster.groups.length === 0 || upTime - snapshots.lastCheckTime > AWAY_SECONDS_MAX
  }

  async #learn(others: readonly TrackerAddress[]): Promise<void> {
    const peers = others.map((address) => this.#peers.open(address))
    try {
      const answers = await Promise.allSettled(peers.map((peer) => peer.candidate()))
      const known = answers.flatMap((answer) => (answer.status === 'fulfilled' ? (answer.value ?? []) : []))
      const best = bestCandidate(known)
      const peer = peers.find(({ address }) => address === best?.address)
      if (best === undefined || peer === undefined || !this.#isBetter(best)) return
      await this.#takeOver(peer)
    } finally {
      for (const peer of peers) peer.close()
    }
  }

  #isBetter(best: Candidate): boolean {
    const { cluster, now, snapshots, upTime } = this.#context
    if (cluster.groups.length === 0) return true
    const own: Candidate = {
      address: best.address,
      isLeader: false,
      runningTime: inTimeSteps(now() - upTime),
      restartInterval: inTimeSteps(upTime - snapshots.lastCheckTime),
    }
    return compareCandidates(best, own) > 0
  }

  async #takeOver(peer: TrackerPeer): Promise<void> {
    const { cluster, logger, snapshots } = this.#context
    const texts = stateTexts(await fetchSystemFiles(peer))
    const learnt = createCluster(cluster.settings, cluster.ids)
    const warnings = restoreCluster(learnt, texts, `tracker ${peer.address.ips[0]}:${peer.address.port}`)
    for (const warning of warnings) logger.warn({}, warning)
    for (const deletion of deletionsIn(cluster)) keepDeletion(learnt, deletion)
    cluster.groups.splice(0, cluster.groups.length, ...learnt.groups)
    cluster.writeTurn = 0
    cluster.statusChanges.length = 0
    await snapshots.replaceAll(learnt.changelog)
    logger.info({ from: peer.address, groups: cluster.groups.length }, 'took over the state of another tracker')
  }
}

async function fetchSystemFiles(peer: TrackerPeer): Promise<Buffer[]> {
  await peer.ask(trackerCommands.getSysFilesStart, {})
  const files: Buffer[] = []
  for (let index = 0; index < SYSTEM_FILE_COUNT; index++) files.push(await fetchSystemFile(peer, index))
  await peer.ask(trackerCommands.getSysFilesEnd, {})
  return files
}

async function fetchSystemFile(peer: TrackerPeer, index: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  for (let offset = 0; ; ) {
    const { fileSize, chunk } = await peer.ask(trackerCommands.getOneSysFile, { index, offset })
    offset += chunk.length
    if (fileSize > FILE_BYTES_MAX) throw new Error(`state file ${index} has ${fileSize} bytes`)
    chunks.push(chunk)
    if (offset >= fileSize) return Buffer.concat(chunks)
    if (chunk.length === 0) throw new Error(`state file ${index} ends after ${offset} of ${fileSize} bytes`)
  }
}
