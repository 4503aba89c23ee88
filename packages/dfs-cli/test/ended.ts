import type { Terminal } from '../src/terminal.ts'

/** What a program left behind. */
interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a program on a terminal of its own. */
export async function run(work: (terminal: Terminal) => number | Promise<number>): Promise<Ended> {
  let out = ''
  let err = ''
  const terminal = {
    out: (text: string) => {
      out += text
    },
    err: (text: string) => {
      err += text
    },
    progressStream: undefined,
    signal: new AbortController().signal,
  }
  return { code: await work(terminal), out, err }
}
