import { CairnCommand, ServerError, Status, storageCommands } from '@cairn/dfs-core'
import type { PeerLink } from './peer-link.ts'

/** What a peer takes besides the commands of FastDFS. */
export interface PeerAbilities {
  readonly isCairn: boolean
  /** Many small files in one request. */
  readonly takesLots: boolean
}

/** A C storage answers EINVAL to STATUS and closes: the link is used for nothing else. */
export async function askAbilities(link: PeerLink): Promise<PeerAbilities> {
  const row = storageCommands.status
  try {
    const { commands } = row.response.decode(
      await link.connection.request({ command: row.code, head: Buffer.alloc(0) }),
    )
    return { isCairn: true, takesLots: commands.includes(CairnCommand.SYNC_CREATE_FILES) }
  } catch (error) {
    if (error instanceof ServerError && error.status === Status.EINVAL) return { isCairn: false, takesLots: false }
    throw error
  } finally {
    link.close()
  }
}
