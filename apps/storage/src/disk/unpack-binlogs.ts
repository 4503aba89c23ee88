import { createReadStream, createWriteStream, existsSync, renameSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { removeIfAny, syncFolder } from './atomic-file.ts'
import { binlogPath, lowerCompressIndex } from './binlog-files.ts'
import type { LogWriter } from './log-writer.ts'

/**
 * C storages compress what they have sent to everybody. Whoever reads the log from file `first` on needs these files
 * unpacked; as with C they take the place of the compressed ones.
 */
export async function unpackBinlogs(log: LogWriter, first: number): Promise<void> {
  const { folder } = log
  for (let index = first; index < log.position().index; index += 1) {
    const path = binlogPath(folder, index)
    const packed = `${path}.gz`
    if (existsSync(path) || !existsSync(packed)) continue
    await pipeline(createReadStream(packed), createGunzip(), createWriteStream(`${path}.tmp`, { flush: true }))
    renameSync(`${path}.tmp`, path)
    syncFolder(folder)
    lowerCompressIndex(folder, index)
    removeIfAny(packed)
  }
}
