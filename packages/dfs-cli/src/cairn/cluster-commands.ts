import { formatAddress, type GroupRecord, type StorageRecord, storageStatusName } from '@cairn/dfs-core'
import { humanSize } from '../human-size.ts'
import { localTime } from '../local-time.ts'
import type { CairnCommand } from './command.ts'
import { table } from './table.ts'

const MIB = 1024 * 1024
const size = (mebibytes: number) => humanSize(mebibytes * MIB)

export const monitor: CairnCommand = {
  usage: '[GROUP]',
  about: 'groups and storages: state, space and what they did',
  words: [0, 1],
  async run({ client, words: [wanted] }) {
    const groups = (await client.tracker.listGroups()).filter(({ group }) => wanted === undefined || group === wanted)
    const json: (GroupRecord & { storages: StorageRecord[] })[] = []
    let text = ''
    for (const group of groups) {
      const storages = await client.tracker.listStorages(group.group)
      json.push({ ...group, storages })
      const { storageCount, readableServerCount, writableServerCount } = group
      text += `${group.group}  ${size(group.freeMb)} of ${size(group.totalMb)} free, ${size(group.reservedMb)} reserved; `
      text += `${storageCount} storages, ${readableServerCount} readable, ${writableServerCount} writable\n`
      text += `${table([HEAD, ...storages.map(storageRow)], [4, 5, 6, 7])}\n`
    }
    return { json, text }
  },
}

const HEAD = ['  storage', 'address', 'state', 'version', 'free', 'uploads', 'downloads', 'deletes', 'last heartbeat']

function storageRow(storage: StorageRecord): string[] {
  const { stat } = storage
  return [
    `  ${storage.id}`,
    formatAddress(storage.ip, storage.storagePort),
    storageStatusName(storage.status) + (storage.isTrunkServer ? ' (trunk)' : ''),
    storage.version,
    size(storage.freeMb),
    String(stat.successUploadCount),
    String(stat.successDownloadCount),
    String(stat.successDeleteCount),
    stat.lastHeartBeatTime === 0 ? 'never' : localTime(stat.lastHeartBeatTime),
  ]
}

export const deleteStorage: CairnCommand = {
  usage: 'GROUP STORAGE_ID',
  about: 'takes a storage that is gone for good out of its group, at every tracker',
  words: [2, 2],
  async run({ client, words: [group = '', id = ''] }) {
    await client.admin.deleteStorage(group, id)
    return { json: { group, deleted: id }, text: `${id} is no longer a member of ${group}.\n` }
  },
}

export const setTrunkServer: CairnCommand = {
  usage: 'GROUP [STORAGE_ID]',
  about: 'makes a storage the trunk server of its group, or has one elected',
  words: [1, 2],
  async run({ client, words: [group = '', id = ''] }) {
    const trunkServer = await client.admin.setTrunkServer(group, id)
    return { json: { group, trunkServer }, text: `${trunkServer} is the trunk server of ${group}.\n` }
  },
}
