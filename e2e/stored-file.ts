// What the storages really hold, asked for beside the browser over FastDFS's own protocol.
import { ConnectionError, DfsClient, ServerError } from '@cairn/dfs-core'
import pg from 'pg'
import { sha256Of } from './big-file.ts'
import type { Drive, StorageUnderTest } from './cluster.ts'

/** File ID of the newest entry of that name. */
export async function fileIdOf(drive: Drive, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: drive.databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ file_id: string }>(
      `SELECT blob.file_id FROM entry JOIN blob ON blob.id = entry.blob_id
       WHERE entry.name = $1 ORDER BY entry.id DESC LIMIT 1`,
      [name],
    )
    const fileId = rows[0]?.file_id
    if (fileId === undefined) throw new Error(`no stored file is called ${name}`)
    return fileId
  } finally {
    await client.end()
  }
}

/** SHA-256 of a file as this one storage gives it; undefined while it does not have it. */
export async function sha256At(drive: Drive, storage: StorageUnderTest, fileId: string): Promise<string | undefined> {
  const client = new DfsClient({ trackers: drive.trackers })
  try {
    const { stream } = await client.storage(storage.address).download(fileId)
    return await sha256Of(stream)
  } catch (error) {
    if (error instanceof ServerError || error instanceof ConnectionError) return undefined
    throw error
  } finally {
    client.close()
  }
}
