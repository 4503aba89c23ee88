import { createReadStream, createWriteStream, existsSync, renameSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { removeIfAny, syncFolder } from './atomic-file.ts'
import { binlogPath, readCompressIndex, saveCompressIndex } from './binlog-files.ts'
import type { LogWriter } from './log-writer.ts'

/**
 * Compresses the files of the log in front of file `end`, as C storages do it (`compress_binlog`): whoever needs one of
 * them again unpacks it. Returns how many. A file that is there twice, after a crash, is compressed once more.
 */
export async function packBinlogs(log: LogWriter, end: number): Promise<number> {
  const { folder } = log
  let count = 0
  for (let index = readCompressIndex(folder); index < Math.min(end, log.position().index); index += 1) {
    const path = binlogPath(folder, index)
    if (existsSync(path)) {
      await pipeline(createReadStream(path), createGzip(), createWriteStream(`${path}.gz.tmp`, { flush: true }))
      renameSync(`${path}.gz.tmp`, `${path}.gz`)
      syncFolder(folder)
      count += 1
    }
    saveCompressIndex(folder, index + 1)
    removeIfAny(path)
  }
  return count
}
