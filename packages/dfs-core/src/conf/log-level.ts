import type { Conf } from './conf.ts'
import { ConfError } from './conf-lines.ts'

/** What the daemons' logger calls its levels. */
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug'

const levels = {
  emerg: 'fatal',
  alert: 'fatal',
  crit: 'fatal',
  error: 'error',
  warn: 'warn',
  warning: 'warn',
  notice: 'info',
  info: 'info',
  debug: 'debug',
} as const satisfies Record<string, LogLevel>

const isLevel = (name: string): name is keyof typeof levels => Object.hasOwn(levels, name)

/** `log_level` by FastDFS's names, in capitals or not; ConfError for another. */
export function readLogLevel(conf: Conf): LogLevel {
  const name = conf.text('log_level', 'info').toLowerCase()
  if (isLevel(name)) return levels[name]
  throw new ConfError(`${conf.file}: log_level = ${name}: not one of ${Object.keys(levels).join(', ')}`)
}
