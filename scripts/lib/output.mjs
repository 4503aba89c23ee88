// What a member prints: JSON lines of pino from our own processes, free text from others.
const LEVEL_WARN = 40

/** Calls `onLine` for every whole line of a stream. */
export function eachLine(stream, onLine) {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()
    for (const line of lines) onLine(line)
  })
  stream.on('end', () => {
    if (rest !== '') onLine(rest)
  })
}

/** The fields of a JSON log line; undefined for other text. */
export function parseLogLine(line) {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** A sentence for the terminal when the line is a warning or worse, else undefined. Free text counts on stderr only. */
export function warningIn(line, { isErrorStream }) {
  const entry = parseLogLine(line)
  if (entry === undefined) return isErrorStream && line.trim() !== '' ? line : undefined
  if (!(entry.level >= LEVEL_WARN)) return undefined
  const cause = entry.err?.message ?? entry.error
  return typeof cause === 'string' ? `${entry.msg}: ${cause}` : String(entry.msg)
}
