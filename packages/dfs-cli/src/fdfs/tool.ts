import { DfsClient } from '@cairn/dfs-core'
import { type ClientConf, readClientConf } from '../client-conf.ts'
import { errnoOf, errnoText } from '../errno.ts'
import { localTime } from '../local-time.ts'
import type { Terminal } from '../terminal.ts'

// The tools of FastDFS under their own names, for scripts that call them (client protocol §10.3).

/** Runs a tool; resolves with its exit code. */
export type Tool = (args: readonly string[], terminal: Terminal) => number | Promise<number>

/** `Usage: name what` and exit code 1, as every tool does with too few arguments. */
export function usage(terminal: Terminal, text: string): number {
  terminal.out(`Usage: ${text}\n`)
  return 1
}

/** A line as the C library writes it to stderr. */
export function logError(terminal: Terminal, text: string): void {
  terminal.err(`[${localTime(Date.now() / 1000)}] ERROR - ${text}\n`)
}

/** `upload file fail, error no: 2, error info: No such file or directory` */
export function failText(what: string, error: unknown): string {
  const errno = errnoOf(error)
  return `${what} fail, error no: ${errno}, error info: ${errnoText(errno)}\n`
}

/** Opens the client of a configuration file for one piece of work; a file that cannot be read ends with its errno. */
export async function withClient(
  conf: string,
  terminal: Terminal,
  work: (client: DfsClient, settings: ClientConf) => Promise<number>,
): Promise<number> {
  let client: DfsClient
  let settings: ClientConf
  try {
    settings = readClientConf(conf)
    client = new DfsClient(settings)
  } catch (error) {
    logError(terminal, error instanceof Error ? error.message : String(error))
    return errnoOf(error)
  }
  try {
    return await work(client.with({ signal: terminal.signal }), settings)
  } finally {
    client.close()
  }
}

/** How a tool tells that its work failed. */
interface Failure {
  readonly what: string
  readonly to: 'out' | 'err'
  /** The exit code; the errno when absent. */
  readonly exit?: number
}

/** Does the work; a failure is logged, told as the C tool tells it, and becomes the exit code. */
export async function orFail(terminal: Terminal, failure: Failure, work: () => Promise<void>): Promise<number> {
  try {
    await work()
    return 0
  } catch (error) {
    logError(terminal, error instanceof Error ? error.message : String(error))
    terminal[failure.to](failText(failure.what, error))
    return failure.exit ?? errnoOf(error)
  }
}
