import type { Readable } from 'node:stream'

/** Whole lines of a stream without their newlines; what stands behind the last newline is torn and left out. */
export async function* readLines(input: Readable): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of input.setEncoding('latin1') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}
