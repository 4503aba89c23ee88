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
    return { ...(await client.storage(address).status()), address }
  } catch (error) {
    if (error instanceof core.ServerError) {
      throw new PlainError(
        `The storage ${address} speaks only FastDFS: set CAIRN_UPLOADS=gateway, and the drive works with it.`,
        { cause: error },
      )
    }
    throw new PlainError(`The storage ${address} does not answer (${error.message}).`, { cause: error })
  }
}

/** Null, or what keeps the drive from working with a storage: tickets are signed with the current key of `master`. */
function keyProblem({ current }, { kids, storageId, address }, keysFile) {
  if (kids.includes(current)) return null
  const has = kids.length === 0 ? 'has no keys' : `knows the keys ${kids.join(', ')}`
  return (
    `The storage ${address} ${has}, but CAIRN_KEYS (${keysFile}) signs with ${current}: use the master.json of that ` +
    `cluster, or give the storage its keys of this one: npm run --silent cairn -- keys export --storage ${storageId}`
  )
}

/** What every active storage of the cluster says about itself. */
export async function storageAnswers(client, trackers, core) {
  const storages = await activeStorages(client, trackers)
  if (storages.length === 0) throw new PlainError(`The cluster at ${trackers.join(', ')} has no active storage.`)
  return await Promise.all(storages.map((storage) => statusOf(client, storage, core)))
}

/** Throws one sentence when the cluster of CAIRN_TRACKERS cannot carry the drive. */
export async function requireExternalCluster(settings) {
  return settings.gateway === undefined ? await requireCairnCluster(settings) : await requireStorages(settings)
}

/** For the gateway any storage will do that speaks FastDFS. */
async function requireStorages({ trackers }) {
  const { DfsClient } = await loadClient()
  const client = new DfsClient({ trackers, connectTimeoutMs: CONNECT_TIMEOUT_MS })
  try {
    const storages = await activeStorages(client, trackers)
    if (storages.length === 0) throw new PlainError(`The cluster at ${trackers.join(', ')} has no active storage.`)
    return `${storages.length} active, through the gateway`
  } finally {
    client.close()
  }
}

/** Throws one sentence when the cluster of CAIRN_TRACKERS and the keys of CAIRN_KEYS cannot carry the drive. */
export async function requireCairnCluster({ trackers, keysFile }) {
  const [core, tickets] = await Promise.all([loadClient(), loadTickets()])
  const master = readMasterKeys(keysFile, tickets)
  const client = new core.DfsClient({ trackers, connectTimeoutMs: CONNECT_TIMEOUT_MS })
  try {
    const answers = await storageAnswers(client, trackers, core)
    for (const answer of answers) {
      const problem = keyProblem(master, answer, keysFile)
      if (problem !== null) throw new PlainError(problem)
    }
    return `${answers.length} active`
  } finally {
    client.close()
  }
}
