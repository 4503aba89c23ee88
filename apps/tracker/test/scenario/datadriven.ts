import { readFileSync, writeFileSync } from 'node:fs'

// Tests that a person can read and write, after etcd's raft: a command, `----`, and what it must print.
//
//     join a id=100001 port=23000
//     ----
//     INIT
//
// A command may have more lines of input before `----`. Blank lines part the cases, `#` starts a comment.
// CAIRN_REWRITE=1 writes what was printed into the file; read the difference before you commit it.

export interface Case {
  line: number
  comments: string[]
  command: string
  args: string[]
  input: string[]
  expected: string
}

export function parseCases(text: string): Case[] {
  const cases: Case[] = []
  const lines = text.split('\n')
  let at = 0
  let comments: string[] = []
  while (at < lines.length) {
    const line = lines[at] as string
    if (line === '' || line.startsWith('#')) {
      comments.push(line)
      at++
      continue
    }
    const start = at
    while (at < lines.length && lines[at] !== '----') at++
    if (at === lines.length) throw new Error(`line ${start + 1}: a command without ----`)
    const [head = '', ...input] = lines.slice(start, at)
    const expected: string[] = []
    for (at++; at < lines.length && lines[at] !== ''; at++) expected.push(lines[at] as string)
    const [command = '', ...args] = head.split(/\s+/)
    cases.push({ line: start + 1, comments, command, args, input, expected: expected.join('\n') })
    comments = []
  }
  return cases
}

/** Runs the file against `run`, which gets one case after the other and returns what it prints. */
export function runCases(path: string, run: (testCase: Case) => string): { line: number; got: string; want: string }[] {
  const cases = parseCases(readFileSync(path, 'utf8'))
  const printed = cases.map((testCase) => ({ testCase, got: run(testCase) }))
  if (process.env['CAIRN_REWRITE'] === '1')
    writeFileSync(path, printed.map(({ testCase, got }) => format(testCase, got)).join(''))
  return printed.map(({ testCase, got }) => ({
    line: testCase.line,
    got,
    want: process.env['CAIRN_REWRITE'] === '1' ? got : testCase.expected,
  }))
}

function format({ comments, command, args, input }: Case, got: string): string {
  const head = [command, ...args].join(' ')
  return `${[...comments, head, ...input, '----', got].join('\n')}\n`
}
