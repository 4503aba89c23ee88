// `cairn where FILE_ID`: which storages deliver a file, and why the others do not.
import { parseArgs } from 'node:util'
import { PlainError } from './plain-error.mjs'
import { readSettings } from './settings.mjs'

export const WHERE_USAGE = `  cairn where FILE_ID [--tracker http://host:port] [--json]
                                     who delivers a file, and why the others do not`

const ANSWER_MS = 10_000

/** Asks the status page of a tracker. Throws PlainError for what a person can put right. */
export async function runWhere(args, env, print = console.log) {
  const { values, positionals } = parse(args)
  const [fileId] = positionals
  if (fileId === undefined || positionals.length > 1) throw new PlainError(`usage:\n${WHERE_USAGE}`)
  const view = await ask(values.tracker ?? defaultTracker(env), fileId)
  print(values.json === true ? JSON.stringify(view, null, 2) : viewText(view))
}

function parse(args) {
  try {
    const options = { tracker: { type: 'string' }, json: { type: 'boolean' } }
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    throw new PlainError(`${error.message}\nusage:\n${WHERE_USAGE}`, { cause: error })
  }
}

/** Trackers of other machines listen on this port unless their tracker.conf says otherwise. */
const HTTP_PORT = 22_123

function defaultTracker(env) {
  const { tracker, trackers } = readSettings(env)
  const host = trackers[0]?.replace(/:\d+$/, '') ?? '127.0.0.1'
  return `http://${host}:${tracker?.httpPort ?? HTTP_PORT}`
}

async function ask(tracker, fileId) {
  const url = `${tracker.replace(/\/$/, '')}/where?file_id=${encodeURIComponent(fileId)}`
  let response
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) })
  } catch (error) {
    throw new PlainError(`No tracker answers at ${tracker} (${error.cause?.message ?? error.message}).`, {
      cause: error,
    })
  }
  const answer = await response.json().catch(() => null)
  if (response.ok && answer !== null) return answer
  throw new PlainError(`${fileId}: ${answer?.message ?? `the tracker answered ${response.status}`}.`)
}

function viewText({ file, createdAt, source, canChange, readFrom, members }) {
  const when = new Date(createdAt * 1000).toISOString().replace('.000Z', 'Z')
  const width = Math.max(...members.map(({ id, address }) => `${id} ${address}`.length), 0)
  const lines = members.map(({ id, address, serves, why }) => {
    return `  ${`${id} ${address}`.padEnd(width)}  ${serves ? 'yes' : 'no '}  ${why}`
  })
  const readers = readFrom.length === 0 ? 'nobody' : readFrom.join(', ')
  return [
    file,
    `  uploaded ${when} to ${source ?? 'a storage that is no member'}${canChange ? ', can change' : ''}`,
    `  clients read from ${readers}`,
    ...lines,
  ].join('\n')
}
