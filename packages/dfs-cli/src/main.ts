import { constants } from 'node:os'
import { cairnUsage, type Defaults, runCairn } from './cairn/cairn.ts'
import { fdfsTools } from './fdfs/tools.ts'
import type { Terminal } from './terminal.ts'

// What `cairn` and the fdfs_* tools are as programs: bundled into dist/cli.js, which the files in dist/bin call.

export { cairnUsage }

/** The names under which a program is made. */
export const programNames = ['cairn', ...Object.keys(fdfsTools)]

/**
 * Runs the program of this name with the arguments of the process, and sets its exit code. Ctrl-C breaks its work off;
 * the exit code is then 128 and the signal's number, which is how shells tell that a program was stopped.
 */
export async function main(
  name: string,
  args: readonly string[],
  defaults: Defaults = { trackers: ['127.0.0.1:22122'] },
): Promise<void> {
  const stop = new AbortController()
  let signal: 'SIGINT' | 'SIGTERM' | undefined
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      signal = name
      stop.abort(new Error('stopped'))
    })
  }
  const terminal: Terminal = {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    progressStream: process.stderr.isTTY ? process.stderr : undefined,
    signal: stop.signal,
  }
  const tool = fdfsTools[name]
  const code = tool === undefined ? await runCairn(args, terminal, defaults) : await tool(args, terminal)
  // What was done before the signal came is done.
  process.exitCode = code !== 0 && signal !== undefined ? 128 + constants.signals[signal] : code
}
