import pino, { type Logger } from 'pino'
import { processWide } from './process-wide.ts'

/** JSON lines on standard output. Never give it a request, a URL with its query or headers: they hold tickets. */
export function log(): Logger {
  return processWide('log', () => pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }))
}
