import { basename } from 'node:path'
import {
  addressOf,
  extensionOf,
  FileInfoFlag,
  fileBody,
  type Metadata,
  parseFileId,
  ServerError,
  Status,
} from '@cairn/dfs-core'
import { localTime } from '../local-time.ts'
import { type Answer, type CairnCommand, type CommandContext, numberOption, textOption, UsageError } from './command.ts'
import { showProgress } from './progress.ts'
import { table } from './table.ts'

export const upload: CairnCommand = {
  usage: 'FILE… [--group NAME] [--ext EXT] [--appender] [--meta NAME=VALUE]…',
  about: 'stores files and prints their file IDs',
  words: [1, Number.POSITIVE_INFINITY],
  options: {
    group: { type: 'string' },
    ext: { type: 'string' },
    appender: { type: 'boolean' },
    meta: { type: 'string', multiple: true },
  },
  async run(context) {
    const metadata = pairs(context.options['meta'])
    const stored: { file: string; fileId: string }[] = []
    const failure = await untilFailure(context.words, async (file) => {
      stored.push({ file, fileId: await uploadOne(context, file, metadata) })
    })
    return { json: stored, text: stored.map(({ fileId }) => `${fileId}\n`).join(''), ...failure }
  },
}

/** One after the other; what was done before a failure is still answered: nobody else knows the file IDs. */
async function untilFailure(
  words: readonly string[],
  work: (word: string) => Promise<void>,
): Promise<Pick<Answer, 'failure'>> {
  try {
    for (const word of words) await work(word)
    return {}
  } catch (error) {
    return { failure: { error } }
  }
}

async function uploadOne(context: CommandContext, file: string, metadata: Metadata): Promise<string> {
  const { client, terminal, options } = context
  const body = await fileBody(file)
  const progress = showProgress(terminal, basename(file), body.size)
  const group = textOption(options['group'])
  try {
    return await client.with({ signal: terminal.signal, onProgress: progress.onProgress }).upload(body, {
      ext: textOption(options['ext']) ?? extensionOf(file),
      appender: options['appender'] === true,
      metadata,
      ...(group !== undefined && { group }),
    })
  } finally {
    progress.stop()
  }
}

/** `NAME=VALUE` texts as an object. */
function pairs(texts: string | boolean | string[] | undefined): Record<string, string> {
  const found: Record<string, string> = {}
  for (const text of Array.isArray(texts) ? texts : []) {
    const equals = text.indexOf('=')
    if (equals < 1) throw new UsageError(`${text} is not NAME=VALUE`)
    found[text.slice(0, equals)] = text.slice(equals + 1)
  }
  return found
}

export const download: CairnCommand = {
  usage: 'FILE_ID [PATH] [--parallel N]',
  about: 'fetches a file in ranges; called again it goes on where it was broken off',
  words: [1, 2],
  options: { parallel: { type: 'string' } },
  async run({ client, terminal, words: [fileId = '', to], options }) {
    const path = to ?? basename(fileId)
    const parallel = numberOption('parallel', options['parallel'])
    const { size } = await client.fileInfo(fileId, FileInfoFlag.noCrc32)
    const progress = showProgress(terminal, basename(path), size)
    try {
      const call = client.with({ signal: terminal.signal, onProgress: progress.onProgress })
      await call.save(fileId, path, parallel === undefined ? {} : { parallel })
    } finally {
      progress.stop()
    }
    return { json: { fileId, path, size }, text: `${path}\n` }
  },
}

export const append: CairnCommand = {
  usage: 'FILE_ID FILE',
  about: 'adds the bytes of a file to the end of an appender file',
  words: [2, 2],
  async run({ client, terminal, words: [fileId = '', file = ''] }) {
    const body = await fileBody(file)
    const progress = showProgress(terminal, basename(file), body.size)
    try {
      await client.with({ signal: terminal.signal, onProgress: progress.onProgress }).append(fileId, body)
    } finally {
      progress.stop()
    }
    return { json: { fileId, appended: body.size }, text: '' }
  },
}

export const remove: CairnCommand = {
  usage: 'FILE_ID…',
  about: 'deletes files and their metadata',
  words: [1, Number.POSITIVE_INFINITY],
  async run({ client, words }) {
    const deleted: string[] = []
    const failure = await untilFailure(words, async (fileId) => {
      await client.delete(fileId)
      deleted.push(fileId)
    })
    return { json: { deleted }, text: '', ...failure }
  },
}

export const info: CairnCommand = {
  usage: 'FILE_ID',
  about: 'size, time, checksum and kind of a file, and who has it',
  words: [1, 1],
  async run({ client, words: [fileId = ''] }) {
    const facts = parseFileId(fileId)
    const { size, crc32, mtime, sourceIp } = await client.fileInfo(fileId)
    const storages = (await client.tracker.queryFetchAll(fileId)).map(addressOf)
    const source = facts.source.kind === 'id' ? String(facts.source.id) : facts.source.ip
    const json = { fileId, kind: facts.kind, size, crc32, mtime, uploaded: facts.timestamp, source, sourceIp, storages }
    return {
      json,
      text: table([
        ['file ID', fileId],
        ['kind', facts.kind],
        ['size', `${size} bytes`],
        ['CRC-32', crc32.toString(16).padStart(8, '0')],
        ['uploaded', localTime(facts.timestamp)],
        ['changed', localTime(mtime)],
        ['source', sourceIp === '' || sourceIp === source ? source : `${source} (${sourceIp})`],
        ['readable from', storages.join(', ')],
      ]),
    }
  },
}

export const meta: CairnCommand = {
  usage: 'FILE_ID [NAME=VALUE… [--overwrite]]',
  about: 'shows the metadata of a file, or merges new ones into it',
  words: [1, Number.POSITIVE_INFINITY],
  options: { overwrite: { type: 'boolean' } },
  async run({ client, words: [fileId = '', ...texts], options }): Promise<Answer> {
    const mode = options['overwrite'] === true ? 'overwrite' : 'merge'
    if (texts.length > 0 || mode === 'overwrite') await client.setMetadata(fileId, pairs([...texts]), mode)
    const json = await client.getMetadata(fileId).catch(async (error: unknown) => {
      if (!(error instanceof ServerError) || error.status !== Status.ENOENT) throw error
      // FastDFS answers ENOENT also for a file without metadata.
      const source = client.storage(addressOf(await client.tracker.queryUpdate(fileId)))
      await source.queryFileInfo(fileId, FileInfoFlag.noCrc32 | FileInfoFlag.silent)
      return {}
    })
    return { json, text: table(Object.entries(json)) }
  },
}

export const regenerate: CairnCommand = {
  usage: 'FILE_ID',
  about: 'turns an appender file into a normal one and prints its new file ID',
  words: [1, 1],
  async run({ client, words: [fileId = ''] }) {
    const renewed = await client.regenerate(fileId)
    return { json: { fileId: renewed }, text: `${renewed}\n` }
  },
}
