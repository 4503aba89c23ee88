import { parseArgs } from 'node:util'
import { countOutcomes, formatJson, formatTable } from './report.ts'
import { runConformance } from './run.ts'

const USAGE = `usage: tus-conformance URL [--header 'Name: value']… [--only PREFIX]… [--json]

Checks the tus 1.0.0 server at URL (where uploads are created by POST) against every MUST and SHOULD of the specification.
--only: those whose ids begin so, as creation/ or core/patch-204. Ends with 1 when it violates one of them.`

/** Returns the code to exit with. */
export async function main(args: string[], write: (text: string) => void): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      header: { type: 'string', multiple: true },
      only: { type: 'string', multiple: true },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  const [url] = positionals
  const headers = (values.header ?? []).map(parseHeader)
  if (values.help === true || url === undefined || positionals.length > 1 || headers.includes(null)) {
    write(USAGE)
    return values.help === true ? 0 : 2
  }
  const own = Object.fromEntries(headers.filter((header) => header !== null))
  const results = await runConformance({ url, headersFor: () => own }, values.only)
  write(values.json === true ? formatJson(results) : formatTable(results))
  return countOutcomes(results).violated === 0 ? 0 : 1
}

function parseHeader(text: string): [string, string] | null {
  const at = text.indexOf(':')
  return at < 1 ? null : [text.slice(0, at).trim(), text.slice(at + 1).trim()]
}
