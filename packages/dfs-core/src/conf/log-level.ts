import type { Conf } from './conf.ts'

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

/** `log_level` by FastDFS's names; ConfError for another. */
export function readLogLevel(conf: Conf): LogLevel {
  return levels[conf.choice('log_level', Object.keys(levels) as (keyof typeof levels)[], 'info')]
}
