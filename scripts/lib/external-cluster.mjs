// CAIRN_TRACKERS: the drive runs on a cluster that is already there.
import { loadClient, loadTickets } from './dfs-client.mjs'
import { PlainError } from './plain-error.mjs'
import { readMasterKeys } from './secrets.mjs'

const ACTIVE = 7
const CONNECT_TIMEOUT_MS = 5000

async function activeStorages(client, trackers) {
  try {
    const groups = await client.tracker.listGroups()
    const members = await Promise.all(groups.map(({ group }) => client.tracker.listStorages(group)))
    return members.flat().filter(({ status }) => status === ACTIVE)
  } catch (error) {
    throw new PlainError(`CAIRN_TRACKERS: no tracker answers at ${trackers.join(', ')} (${error.message}).`, {
      cause: error,
    })
  }
}

async function statusOf(client, { ip, storagePort }, core) {
  const address = `${ip}:${storagePort}`
  try {
    return await client.storage(address).status()
  } catch (error) {
    if (error instanceof core.ServerError) {
      throw new PlainError(
        `The storage ${address} is a FastDFS C server: this version of the drive needs Cairn's own storages.`,
        { cause: error },
      )
    }
    throw new PlainError(`The storage ${address} does not answer (${error.message}).`, { cause: error })
  }
}

/** Throws one sentence when the cluster of CAIRN_TRACKERS and the keys of CAIRN_KEYS cannot carry the drive. */
export async function requireCairnCluster({ trackers, keysFile }) {
  const [core, tickets] = await Promise.all([loadClient(), loadTickets()])
  readMasterKeys(keysFile, tickets)
  const client = new core.DfsClient({ trackers, connectTimeoutMs: CONNECT_TIMEOUT_MS })
  try {
    const storages = await activeStorages(client, trackers)
    if (storages.length === 0) throw new PlainError(`The cluster at ${trackers.join(', ')} has no active storage.`)
    await Promise.all(storages.map((storage) => statusOf(client, storage, core)))
    return `${storages.length} active`
  } finally {
    client.close()
  }
}
