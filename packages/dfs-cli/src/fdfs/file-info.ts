import { readFile } from 'node:fs/promises'
import { type DfsClient, type FileId, FileInfoFlag, parseFileId } from '@cairn/dfs-core'
import type { ClientConf } from '../client-conf.ts'
import { localTime } from '../local-time.ts'
import { firstAddress } from './first-address.ts'
import { orFail, type Tool, usage, withClient } from './tool.ts'

const TYPES: Readonly<Record<FileId['kind'], string>> = {
  normal: 'normal',
  trunk: 'normal',
  slave: 'slave',
  appender: 'appender',
}

export const fileInfo: Tool = (args, terminal) => {
  const flags = args.filter((arg) => /^-[ns]+$/.test(arg)).join('')
  const [conf, fileId] = args.filter((arg) => !arg.startsWith('-'))
  if (conf === undefined || fileId === undefined) {
    return usage(
      terminal,
      'fdfs_file_info [options] <config_file> <file_id>\n options:\n  -n: do NOT calculate CRC32 for appender file or slave file\n  -s: keep silence, when this file not exist, do not log error on storage server\n',
    )
  }
  const withCrc = !flags.includes('n')
  const bits = (withCrc ? 0 : FileInfoFlag.noCrc32) | (flags.includes('s') ? FileInfoFlag.silent : 0)
  // The C tool ends with 0 even when it fails.
  return withClient(conf, terminal, (client, settings) =>
    orFail(terminal, { what: 'query file info', to: 'err', exit: 0 }, async () =>
      terminal.out(await describe({ client, settings }, { fileId, bits, withCrc })),
    ),
  )
}

interface Source {
  readonly client: DfsClient
  readonly settings: ClientConf
}

/**
 * The name of a normal file says everything, but for the address of a source whose id the configuration leaves unknown;
 * then its storage is asked, as for an appender or a slave.
 */
async function describe(
  from: Source,
  { fileId, bits, withCrc }: { fileId: string; bits: number; withCrc: boolean },
): Promise<string> {
  const facts = parseFileId(fileId)
  const { source } = facts
  const ip = source.kind === 'ip' ? source.ip : await addressOfId(from, source.id)
  const isInName = (facts.kind === 'normal' || facts.kind === 'trunk') && ip !== ''
  const answer = isInName ? null : await from.client.fileInfo(fileId, bits)
  const { size, crc32 } = answer ?? facts
  const crcLine = withCrc || crc32 !== 0 ? [`file crc32: ${crc32 | 0} (0x${crc32.toString(16).padStart(8, '0')})`] : []
  return [
    `GET FROM SERVER: ${answer !== null}`,
    '',
    `file type: ${TYPES[facts.kind]}`,
    `source storage id: ${source.kind === 'id' ? source.id : 0}`,
    `source ip address: ${ip === '' ? answer?.sourceIp : ip}`,
    `file create timestamp: ${localTime(facts.timestamp)}`,
    `file size: ${size}`,
    ...crcLine,
    '',
    '',
  ].join('\n')
}

/** The first address of a storage in the list of storage ids; empty when it is not there, or there is none. */
async function addressOfId({ client, settings: { storageIds } }: Source, id: number): Promise<string> {
  if (storageIds === null) return ''
  const lines =
    storageIds === 'trackers'
      ? await client.tracker.fetchStorageIds()
      : (await readFile(storageIds.file, 'utf8')).split('\n')
  for (const line of lines) {
    const [own, , host = ''] = line.trim().split(/\s+/)
    if (Number(own) === id) return firstAddress(host)
  }
  return ''
}
