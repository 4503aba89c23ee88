import { parseArgs } from 'node:util'
import { DfsClient, type DfsClientOptions, ServerError, Status } from '@cairn/dfs-core'
import { readClientConf, trackerAddresses } from '../client-conf.ts'
import { errnoText } from '../errno.ts'
import { printable } from '../printable.ts'
import type { Terminal } from '../terminal.ts'
import { deleteStorage, monitor, setTrunkServer } from './cluster-commands.ts'
import { type CairnCommand, type CommandContext, UsageError } from './command.ts'
import { append, download, info, meta, regenerate, remove, upload } from './file-commands.ts'
import { where } from './where.ts'

const cairnCommands: Readonly<Record<string, CairnCommand>> = {
  upload,
  download,
  append,
  delete: remove,
  info,
  meta,
  monitor,
  where,
  regenerate,
  'delete-storage': deleteStorage,
  'set-trunk-server': setTrunkServer,
}

const EVERYWHERE = {
  tracker: { type: 'string', multiple: true },
  conf: { type: 'string' },
  json: { type: 'boolean' },
} as const

/** Where trackers answer HTTP unless their tracker.conf says otherwise. */
const STATUS_PORT = 22_123

/** What is asked when the person names nothing else. */
export interface Defaults {
  readonly trackers: readonly string[]
  /** Port of their status pages. */
  readonly statusPort?: number | undefined
}

/** The commands, one line and what it does for each. */
export function cairnUsage(): string {
  const lines = Object.entries(cairnCommands).map(
    ([name, { usage, about }]) => `  cairn ${name} ${usage}\n        ${about}\n`,
  )
  return `${lines.join('')}  Each takes --json, and --tracker HOST:PORT or --conf client.conf.\n`
}

/**
 * Runs one command of `cairn` and resolves with the exit code: 0, 1 when it failed, 2 when it was called wrongly.
 */
export async function runCairn(
  [name = '', ...args]: readonly string[],
  terminal: Terminal,
  defaults: Defaults,
): Promise<number> {
  if (['', 'help', '-h', '--help'].includes(name)) {
    terminal[name === '' ? 'err' : 'out'](`usage:\n${cairnUsage()}`)
    return name === '' ? 2 : 0
  }
  const command = cairnCommands[name]
  if (command === undefined) {
    terminal.err(`cairn: there is no command ${JSON.stringify(name)}.\n${cairnUsage()}`)
    return 2
  }
  if (args.includes('--help')) {
    terminal.out(`usage: cairn ${name} ${command.usage}\n${command.about}\n`)
    return 0
  }
  try {
    await runCommand(command, args, { terminal, defaults })
    return 0
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.err(`cairn: ${error.message}.\nusage: cairn ${name} ${command.usage}\n`)
      return 2
    }
    terminal.err(`cairn ${name}: ${printable(sentence(error))}\n`)
    return 1
  }
}

async function runCommand(
  command: CairnCommand,
  args: readonly string[],
  { terminal, defaults }: { terminal: Terminal; defaults: Defaults },
): Promise<void> {
  const { options, words } = parse(command, args)
  const asked = whomToAsk(options, defaults, terminal)
  const client = new DfsClient(asked)
  try {
    const stoppable = client.with({ signal: terminal.signal })
    const isNamed = options['conf'] !== undefined || options['tracker'] !== undefined
    const port = isNamed ? undefined : defaults.statusPort
    const statusPages = asked.trackers.map((tracker) => statusPage(tracker, port ?? STATUS_PORT))
    const { json, text, failure } = await command.run({ client: stoppable, terminal, statusPages, words, options })
    terminal.out(printable(options['json'] === true ? `${JSON.stringify(json, null, 2)}\n` : text, '\n'))
    if (failure !== undefined) throw failure.error
  } finally {
    client.close()
  }
}

function parse(command: CairnCommand, args: readonly string[]): Pick<CommandContext, 'options' | 'words'> {
  let values: CommandContext['options']
  let words: string[]
  try {
    const options = { ...EVERYWHERE, ...command.options }
    const parsed = parseArgs({ args: [...args], options, allowPositionals: true })
    values = parsed.values as CommandContext['options']
    words = parsed.positionals
  } catch (error) {
    const problem = error instanceof Error ? error.message.replace(/\.$/, '') : String(error)
    throw new UsageError(problem, { cause: error })
  }
  const [least, most] = command.words
  if (words.length < least) throw new UsageError('something is missing')
  if (words.length > most) throw new UsageError(`${JSON.stringify(words[most])} is too much`)
  return { options: values, words }
}

function whomToAsk(
  { conf, tracker }: CommandContext['options'],
  defaults: Defaults,
  terminal: Terminal,
): DfsClientOptions {
  if (typeof conf === 'string') {
    const read = readClientConf(conf)
    for (const warning of read.warnings) terminal.err(`cairn: ${warning}\n`)
    return read
  }
  if (!Array.isArray(tracker)) return { trackers: defaults.trackers }
  return { trackers: tracker.flatMap(trackerAddresses) }
}

/** Of the tracker at `host:port`. */
function statusPage(tracker: string, port: number): string {
  return `http://${tracker.replace(/:\d+$/, '')}:${port}`
}

/** What went wrong, for a person. */
function sentence(error: unknown): string {
  if (error instanceof ServerError) return `${whatTrackersLack(error) ?? errnoText(error.status)}. (${error.message})`
  return error instanceof Error ? error.message : String(error)
}

/** "No such file" is not what a tracker means: it does not know of files. */
function whatTrackersLack({ command, status }: ServerError): string | undefined {
  if (STORE_COMMANDS.includes(command)) {
    if (status === Status.ENOENT) return 'No storage takes files now; cairn monitor tells the state of each'
    if (status === Status.ENOSPC) return 'The storages are full up to the space that they keep free'
  }
  if (FETCH_COMMANDS.includes(command) && status === Status.ENOENT) return 'No storage of this group can be asked now'
  return undefined
}

const STORE_COMMANDS: readonly number[] = [101, 104, 106, 107]
const FETCH_COMMANDS: readonly number[] = [102, 103, 105]
