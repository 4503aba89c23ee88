import { type Command, HEADER_SIZE, Status, trackerCommands } from '@cairn/dfs-core'
import type { CommandReply, CommandRequest } from '@cairn/dfs-core/server'
import { addressFor } from '../cluster/address.ts'
import { chooseFetch, chooseFetchAll, chooseUpdate } from '../cluster/choose-fetch.ts'
import { chooseUpload, chooseUploadAll } from '../cluster/choose-upload.ts'
import { requireGroup, type StorageServer } from '../cluster/cluster.ts'
import { readFileName } from '../cluster/file-name.ts'
import { Refusal } from '../cluster/refusal.ts'
import type { Session } from '../cluster/session.ts'
import { askerClass, createAnswers } from './answers.ts'
import { count, handler, refuse, sessionOf, type TrackerContext, type TrackerHandler } from './context.ts'

// QUERY_STORE, QUERY_FETCH and QUERY_UPDATE (client protocol §3.1, §3.2): what a tracker does all day. The single-answer
// forms take their request apart by hand and answer with prepared bytes.

const GROUP_SIZE = 16
/** Group and a name of 22 to 127 characters. */
const FETCH_SIZE_MIN = GROUP_SIZE + 22
const FETCH_SIZE_MAX = GROUP_SIZE + 127

export function queryHandlers(context: TrackerContext): TrackerHandler[] {
  return [...singleQueryHandlers(context), ...listQueryHandlers(context)]
}

function singleQueryHandlers(context: TrackerContext): TrackerHandler[] {
  const { cluster, config, now } = context
  const answers = createAnswers(config.addressWidth)
  const commands = trackerCommands
  const store = (groupName: string | null, session: Session) => {
    const { server, pathIndex } = chooseUpload(cluster, groupName)
    return answers.store(server, pathIndex, session)
  }
  return [
    quick(context, commands.queryStoreWithoutGroupOne, { min: 0, max: 0 }, (_head, session) => store(null, session)),
    quick(context, commands.queryStoreWithGroupOne, { min: GROUP_SIZE, max: GROUP_SIZE }, (head, session) =>
      store(groupName(head), session),
    ),
    quick(context, commands.queryFetchOne, fetchSizes, (head, session) => {
      const group = requireGroup(cluster, groupName(head))
      return answers.fetch(chooseFetch(cluster, group, readFileName(head, GROUP_SIZE), now()).server, session)
    }),
    quick(context, commands.queryUpdate, fetchSizes, (head, session) => {
      const group = requireGroup(cluster, groupName(head))
      return answers.fetch(chooseUpdate(cluster, group, readFileName(head, GROUP_SIZE)), session)
    }),
  ]
}

function listQueryHandlers(context: TrackerContext): TrackerHandler[] {
  const { cluster, config, now } = context
  const { queryFetchAll, queryStoreWithGroupAll, queryStoreWithoutGroupAll } = trackerCommands
  const storeAll = (name: string | null, session: Session) => {
    const { group, pathIndex } = chooseUploadAll(cluster, name)
    return {
      group: group.name,
      servers: group.writable.map((server) => endpoint(server, session)),
      storePathIndex: pathIndex,
    }
  }
  const storeAllLayout = queryStoreWithoutGroupAll.response.forWidth(config.addressWidth)
  return [
    handler(context, queryStoreWithoutGroupAll, (_request, session) => storeAll(null, session), storeAllLayout),
    handler(context, queryStoreWithGroupAll, ({ group }, session) => storeAll(group, session), storeAllLayout),
    handler(
      context,
      queryFetchAll,
      ({ group: name, name: logicName }, session) => {
        const group = requireGroup(cluster, name)
        const file = readFileName(Buffer.from(logicName, 'latin1'), 0)
        const [first, ...others] = chooseFetchAll(cluster, group, file, now()).map((server) =>
          endpoint(server, session),
        )
        return { group: group.name, ip: first?.ip ?? '', port: first?.port ?? 0, others }
      },
      queryFetchAll.response.forWidth(config.addressWidth),
    ),
  ]
}

const fetchSizes = { min: FETCH_SIZE_MIN, max: FETCH_SIZE_MAX }

/** A handler without decoded objects; it never changes what has to be saved. */
function quick(
  context: TrackerContext,
  { code, name }: Command<never, never> | { code: number; name: string },
  sizes: { min: number; max: number },
  answer: (head: Buffer, session: Session) => Buffer,
): TrackerHandler {
  const { requestCounts, config } = context
  const handle = (request: CommandRequest<Session>, reply: CommandReply): void => {
    count(requestCounts, code)
    const { head } = request
    if (head.length < sizes.min || head.length > sizes.max) {
      reply.fail(Status.EINVAL)
      return
    }
    try {
      reply.ok(answer(head, sessionOf(request)))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refuse(context, reply, name, error)
    }
  }
  return [code, { kind: 'buffered', bodyMax: config.requestBytesMax - HEADER_SIZE, handle }]
}

/** The text up to the first NUL of the first 16 bytes. */
function groupName(head: Buffer): string {
  let end = 0
  while (end < GROUP_SIZE && head[end] !== 0) end++
  return head.toString('latin1', 0, end)
}

function endpoint(server: StorageServer, session: Session): { ip: string; port: number } {
  return { ip: addressFor(server.ips, askerClass(session)), port: server.port }
}
