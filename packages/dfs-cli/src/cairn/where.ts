import { type Answer, type CairnCommand, textOption } from './command.ts'
import { table } from './table.ts'

const ANSWER_MS = 10_000

/** What a tracker of Cairn answers at GET /where; those of FastDFS have no such page. */
interface WhereView {
  readonly file: string
  /** Unix seconds. */
  readonly createdAt: number
  readonly canChange: boolean
  readonly source: string | null
  readonly readFrom: readonly string[]
  readonly members: readonly { id: string; address: string; serves: boolean; why: string }[]
}

export const where: CairnCommand = {
  usage: 'FILE_ID [--http http://HOST:PORT]',
  about:
    'who delivers a file, and why the others do not; asks the status page of a tracker (port 22123 if none is named)',
  words: [1, 1],
  options: { http: { type: 'string' } },
  async run({ words: [fileId = ''], options, statusPages, terminal }): Promise<Answer> {
    const named = textOption(options['http'])?.replace(/\/$/, '')
    let unreachable: unknown
    for (const page of named === undefined ? statusPages : [named]) {
      const url = `${page}/where?file_id=${encodeURIComponent(fileId)}`
      const signal = AbortSignal.any([terminal.signal, AbortSignal.timeout(ANSWER_MS)])
      let response: Response
      try {
        response = await fetch(url, { signal })
      } catch (error) {
        terminal.signal.throwIfAborted()
        unreachable ??= new Error(`No tracker answers at ${page} (${causeOf(error)}).`, { cause: error })
        continue
      }
      return await answerOf(response, fileId)
    }
    throw unreachable
  },
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  return cause instanceof Error ? cause.message : String(cause)
}

async function answerOf(response: Response, fileId: string): Promise<Answer> {
  const json: unknown = await response.json().catch(() => null)
  if (response.ok && json !== null) return { json, text: viewText(json as WhereView) }
  const { message = `the tracker answered ${response.status}` } = (json ?? {}) as { message?: string }
  throw new Error(`${fileId}: ${message}.`)
}

function viewText({ file, createdAt, source, canChange, readFrom, members }: WhereView): string {
  const when = new Date(createdAt * 1000).toISOString().replace('.000Z', 'Z')
  const rows = members.map(({ id, address, serves, why }) => [`  ${id} ${address}`, serves ? 'yes' : 'no', why])
  const readers = readFrom.length === 0 ? 'nobody' : readFrom.join(', ')
  const head = [
    file,
    `  uploaded ${when} to ${source ?? 'a storage that is no member'}${canChange ? ', can change' : ''}`,
    `  clients read from ${readers}`,
  ]
  return `${head.join('\n')}\n${table(rows)}`
}
