import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { addressOf, crc32, type DfsClient, extensionOf, fileBody, parseAddress } from '@cairn/dfs-core'
import { errnoOf } from '../errno.ts'
import { saveStream } from '../save-stream.ts'
import type { Terminal } from '../terminal.ts'
import { failText, logError, orFail, type Tool, usage, withClient } from './tool.ts'

const STORAGE_PORT = 23_000
/** The storage chooses its store path. */
const ANY_PATH = 0xff

export const uploadFile: Tool = (args, terminal) => {
  const [conf, local, storage, pathIndex] = args
  if (conf === undefined || local === undefined) {
    return usage(terminal, 'fdfs_upload_file <config_file> <local_filename> [storage_ip:port] [store_path_index]')
  }
  const place = storage === undefined ? undefined : { storage, pathIndex: Number(pathIndex ?? ANY_PATH) }
  return withClient(conf, terminal, (client) => store({ client, terminal, local, appender: false }, place))
}

export const uploadAppender: Tool = (args, terminal) => {
  const [conf, local] = args
  if (conf === undefined || local === undefined) {
    return usage(terminal, 'fdfs_upload_appender <config_file> <local_filename>')
  }
  return withClient(conf, terminal, (client) => store({ client, terminal, local, appender: true }))
}

interface Upload {
  readonly client: DfsClient
  readonly terminal: Terminal
  readonly local: string
  readonly appender: boolean
}

/** To the storage that is named, or to the one that the trackers choose. */
async function store(upload: Upload, named?: { storage: string; pathIndex: number }): Promise<number> {
  const { client, terminal, local, appender } = upload
  let place: { address: string; storePathIndex: number }
  try {
    place = named === undefined ? await chosenPlace(client) : givenPlace(named)
  } catch (error) {
    logError(terminal, String(error))
    terminal.err(failText('tracker_query_storage', error))
    return errnoOf(error)
  }
  return orFail(terminal, { what: 'upload file', to: 'err' }, async () => {
    const storage = client.storage(place.address)
    const options = { ext: extensionOf(local), storePathIndex: place.storePathIndex }
    const body = await fileBody(local)
    const fileId = await (appender ? storage.uploadAppender(body, options) : storage.uploadFile(body, options))
    terminal.out(`${fileId}\n`)
  })
}

async function chosenPlace(client: DfsClient): Promise<{ address: string; storePathIndex: number }> {
  const target = await client.tracker.queryStore()
  return { address: addressOf(target), storePathIndex: target.storePathIndex }
}

function givenPlace({ storage, pathIndex }: { storage: string; pathIndex: number }) {
  const address = /:\d+$/.test(storage) ? storage : `${storage}:${STORAGE_PORT}`
  parseAddress(address)
  // The C tool passes −1 for "any".
  return { address, storePathIndex: pathIndex >= 0 && pathIndex <= ANY_PATH ? pathIndex : ANY_PATH }
}

export const appendFile: Tool = (args, terminal) => {
  const [conf, fileId, local] = args
  if (conf === undefined || fileId === undefined || local === undefined) {
    return usage(terminal, 'fdfs_append_file <config_file> <appender_file_id> <local_filename>')
  }
  return withClient(conf, terminal, (client) =>
    orFail(terminal, { what: 'append file', to: 'out' }, async () => client.append(fileId, await fileBody(local))),
  )
}

export const deleteFile: Tool = ([conf, fileId], terminal) => {
  if (conf === undefined || fileId === undefined) return usage(terminal, 'fdfs_delete_file <config_file> <file_id>')
  return withClient(conf, terminal, (client) =>
    orFail(terminal, { what: 'delete file', to: 'out' }, () => client.delete(fileId)),
  )
}

export const downloadFile: Tool = (args, terminal) => {
  const [conf, fileId, local, offset, bytes] = args
  if (conf === undefined || fileId === undefined) {
    const what = '<config_file> <file_id> [local_filename] [<download_offset> <download_bytes>]'
    return usage(terminal, `fdfs_download_file ${what}`)
  }
  // The C tool ends with 0 even then; what it printed is what scripts look at.
  return withClient(conf, terminal, (client) =>
    orFail(terminal, { what: 'download file', to: 'out', exit: 0 }, async () => {
      const range = { offset: Number(offset ?? 0), length: Number(bytes ?? 0) }
      const { stream } = await client.download(fileId, range)
      await saveStream(stream, local ?? basename(fileId))
    }),
  )
}

export const regenerateName: Tool = ([conf, fileId], terminal) => {
  if (conf === undefined || fileId === undefined) {
    return usage(terminal, 'fdfs_regenerate_filename <config_file> <appender_file_id>')
  }
  return withClient(conf, terminal, (client) =>
    orFail(terminal, { what: 'regenerate file ID', to: 'err' }, async () =>
      terminal.out(`${await client.regenerate(fileId)}\n`),
    ),
  )
}

export const fileCrc32: Tool = async ([local], terminal) => {
  if (local === undefined) return usage(terminal, 'fdfs_crc32 <filename>')
  try {
    let crc = 0
    for await (const chunk of createReadStream(local)) crc = crc32(chunk, crc)
    terminal.out(`${crc.toString(16)}\n`)
    return 0
  } catch (error) {
    logError(terminal, String(error))
    return errnoOf(error)
  }
}
