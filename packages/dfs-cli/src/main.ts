import { cairnUsage, runCairn } from './cairn/cairn.ts'
import { fdfsTools } from './fdfs/tools.ts'
import type { Terminal } from './terminal.ts'

// What `cairn` and the fdfs_* tools are as programs: bundled into dist/cli.js, which the files in dist/bin call.

export { cairnUsage }

/** The names under which a program is made. */
export const programNames = ['cairn', ...Object.keys(fdfsTools)]

/** Runs the program of this name with the arguments of the process, and sets its exit code. Ctrl-C breaks its work off. */
export async function main(
  name: string,
  args: readonly string[],
  defaultTrackers: readonly string[] = ['127.0.0.1:22122'],
): Promise<void> {
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort(new Error('stopped')))
  process.once('SIGTERM', () => stop.abort(new Error('stopped')))
  const terminal: Terminal = {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    progressStream: process.stderr.isTTY ? process.stderr : undefined,
    signal: stop.signal,
  }
  const tool = fdfsTools[name]
  process.exitCode = tool === undefined ? await runCairn(args, terminal, defaultTrackers) : await tool(args, terminal)
}
