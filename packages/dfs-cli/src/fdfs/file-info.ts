import { type DfsClient, type FileId, FileInfoFlag, parseFileId } from '@cairn/dfs-core'
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
  return withClient(conf, terminal, (client) =>
    orFail(terminal, { what: 'query file info', to: 'err', exit: 0 }, async () =>
      terminal.out(await describe(client, { fileId, bits, withCrc })),
    ),
  )
}

/** The name of a normal file says everything; an appender or a slave must be asked for at its storage. */
async function describe(
  client: DfsClient,
  { fileId, bits, withCrc }: { fileId: string; bits: number; withCrc: boolean },
): Promise<string> {
  const facts = parseFileId(fileId)
  const isInName = facts.kind === 'normal' || facts.kind === 'trunk'
  const { size, crc32 } = isInName ? facts : await client.fileInfo(fileId, bits)
  const { source } = facts
  const crcLine = withCrc || crc32 !== 0 ? [`file crc32: ${crc32 | 0} (0x${crc32.toString(16).padStart(8, '0')})`] : []
  return [
    `GET FROM SERVER: ${!isInName}`,
    '',
    `file type: ${TYPES[facts.kind]}`,
    `source storage id: ${source.kind === 'id' ? source.id : 0}`,
    `source ip address: ${source.kind === 'ip' ? source.ip : await addressOfId(client, source.id)}`,
    `file create timestamp: ${localTime(facts.timestamp)}`,
    `file size: ${size}`,
    ...crcLine,
    '',
    '',
  ].join('\n')
}

/** The first address of a storage in the list of storage ids; empty when nobody knows it. */
async function addressOfId(client: DfsClient, id: number): Promise<string> {
  for (const line of await client.tracker.fetchStorageIds()) {
    const [own, , host = ''] = line.split(/\s+/)
    if (Number(own) === id) return firstAddress(host)
  }
  return ''
}
