import { type DBSchema, type IDBPDatabase, openDB } from 'idb'

/** A file that another app handed over, and that nobody has said a folder for yet. */
export type ReceivedFile = { key: number; file: File }

interface Schema extends DBSchema {
  files: { key: number; value: { file: File; receivedAt: number } }
}

/** As in public/sw.js, which fills it. */
const DATABASE = 'cairn-received'
const VERSION = 1
/** What nobody asked for so long is forgotten: it is still where it came from. */
const KEPT_MS = 24 * 60 * 60_000

/** What other apps handed over and still waits, of the last day. */
export async function receivedFiles(now = Date.now()): Promise<ReceivedFile[]> {
  return await withDatabase(async (database) => {
    const change = database.transaction('files', 'readwrite')
    const received: ReceivedFile[] = []
    for (let cursor = await change.store.openCursor(); cursor !== null; cursor = await cursor.continue()) {
      const { file, receivedAt } = cursor.value
      if (now - receivedAt > KEPT_MS) await cursor.delete()
      else received.push({ key: cursor.key, file })
    }
    await change.done
    return received
  })
}

export async function forgetReceived(received: readonly ReceivedFile[]): Promise<void> {
  await withDatabase(async (database) => {
    const change = database.transaction('files', 'readwrite')
    await Promise.all([...received.map(({ key }) => change.store.delete(key)), change.done])
  })
}

async function withDatabase<Value>(work: (database: IDBPDatabase<Schema>) => Promise<Value>): Promise<Value> {
  const database = await openDB<Schema>(DATABASE, VERSION, {
    upgrade: (fresh) => {
      fresh.createObjectStore('files', { autoIncrement: true })
    },
  })
  try {
    return await work(database)
  } finally {
    database.close()
  }
}
