import { type Command, HEADER_SIZE, type Layout, Status, storageStatusName } from '@cairn/dfs-core'
import type { CommandHandler, CommandReply, CommandRequest } from '@cairn/dfs-core/server'
import type { Logger } from 'pino'
import type { Cluster } from '../cluster/cluster.ts'
import { Refusal } from '../cluster/refusal.ts'
import type { Session } from '../cluster/session.ts'
import type { TrackerConfig } from '../config.ts'
import type { Followers } from '../election/followers.ts'
import type { SnapshotStore } from '../snapshot/snapshot-store.ts'
import { refusalStatus } from './refusal-status.ts'

/** What all handlers share. */
export interface TrackerContext {
  readonly config: TrackerConfig
  readonly cluster: Cluster
  readonly snapshots: SnapshotStore
  readonly logger: Logger
  /** Unix seconds. */
  now(): number
  /** The port that storage servers and clients use. */
  tcpPort(): number
  readonly connections: ConnectionCounts
  readonly upTime: number
  readonly version: string
  /** The trackers that this one leads, or has led. */
  readonly followers: Followers
  /** Command code → requests, and refusal → number, since the start. */
  readonly requestCounts: Map<number, number>
  readonly refusalCounts: Map<string, number>
}

interface ConnectionCounts {
  current(): number
  /** Most ever open at once. */
  max: number
}

export type TrackerHandler = readonly [code: number, handler: CommandHandler<Session>]

/** A handler that has its request decoded and its answer encoded by the command table. */
export function handler<Q, R>(
  context: TrackerContext,
  row: Command<Q, R>,
  handle: (request: Q, session: Session) => R | Promise<R>,
  response: Layout<R> = row.response,
): TrackerHandler {
  return [
    row.code,
    {
      kind: 'buffered',
      bodyMax: context.config.requestBytesMax - HEADER_SIZE,
      handle(request, reply) {
        const session = sessionOf(request)
        count(context.requestCounts, row.code)
        perform(context, reply, row.name, () => {
          const answer = handle(row.request.decode(request.head), session)
          return answer instanceof Promise ? answer.then((value) => response.encode(value)) : response.encode(answer)
        })
      },
    },
  ]
}

export function sessionOf(request: CommandRequest<Session>): Session {
  const session = request.state
  if (session.peerIp === '') session.peerIp = request.remoteAddress
  return session
}

export function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

/**
 * Runs one event of the cluster. What it made urgent is durable before the answer; if that fails the answer is EIO, and
 * the asker tries again.
 */
function perform(
  context: TrackerContext,
  reply: CommandReply,
  name: string,
  event: () => Buffer | Promise<Buffer>,
): void {
  const { unsaved } = context.cluster
  const urgentBefore = unsaved.urgent
  unsaved.urgent = false
  try {
    const body = event()
    if (body instanceof Promise) answerLater(context, reply, name, body)
    else if (!unsaved.urgent) reply.ok(body)
    else {
      context.snapshots.save().then(
        () => reply.ok(body),
        () => reply.fail(Status.EIO),
      )
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    refuse(context, reply, name, error)
  } finally {
    unsaved.urgent ||= urgentBefore
    logStatusChanges(context)
  }
}

/** The answer has to wait for other servers. */
function answerLater(context: TrackerContext, reply: CommandReply, name: string, body: Promise<Buffer>): void {
  const { cluster, logger, snapshots } = context
  body
    .then(async (bytes) => {
      if (cluster.unsaved.urgent) await snapshots.save()
      return bytes
    })
    .then(
      (bytes) => reply.ok(bytes),
      (error) => {
        if (error instanceof Refusal) refuse(context, reply, name, error)
        else {
          logger.warn({ err: error, command: name }, 'a request could not be answered')
          reply.fail(Status.EIO)
        }
      },
    )
    .finally(() => logStatusChanges(context))
}

export function refuse(context: TrackerContext, reply: CommandReply, name: string, refusal: Refusal): void {
  count(context.refusalCounts, refusal.reason)
  context.logger.debug({ command: name, reason: refusal.reason }, refusal.message)
  reply.fail(refusalStatus[refusal.reason])
}

export function logStatusChanges({ cluster, logger }: TrackerContext): void {
  for (const { server, from, to } of cluster.statusChanges) {
    const details = {
      group: server.group.name,
      storage: server.id,
      from: storageStatusName(from),
      to: storageStatusName(to),
    }
    logger.info(details, 'status changed')
  }
  cluster.statusChanges.length = 0
}
