import { ConnectionError } from '@cairn/dfs-core'
import { dfs } from './dfs.ts'
import { log } from './log.ts'

const READ_ATTEMPTS = 3

/**
 * The bytes of a stored file from `offset` on, exactly `length`. A storage that goes away in the middle is followed by
 * another one that has the file, from the byte where it stopped.
 */
export async function* readStored(fileId: string, offset: number, length: number): AsyncGenerator<Uint8Array> {
  let sent = 0
  for (let attempt = 1; sent < length; attempt += 1) {
    try {
      const { stream } = await dfs().download(fileId, { offset: offset + sent, length: length - sent })
      // Leaving the loop early destroys the stream, and with it the connection.
      for await (const chunk of stream) {
        sent += chunk.length
        yield chunk
      }
      if (sent < length) throw new Error(`${fileId} ends at ${offset + sent}, before ${offset + length}`)
    } catch (error) {
      if (!(error instanceof ConnectionError) || attempt === READ_ATTEMPTS) throw error
      log().warn({ err: error, fileId, sent }, 'a storage went away while it was read; trying another')
    }
  }
}
