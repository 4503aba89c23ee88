// The door @cairn/dfs-core/conf: configuration files in FastDFS's format.

export { readAllowHosts } from './allow-hosts.ts'
export type { Conf, NumberOptions, ReservedSpace, TimeOfDay, UnknownKey } from './conf.ts'
export { parseConf, readConf } from './conf.ts'
export type { ConfEntry } from './conf-lines.ts'
export { ConfError } from './conf-lines.ts'
export type { LogLevel } from './log-level.ts'
export { readLogLevel } from './log-level.ts'
export type { TrunkParameters } from './trunk-parameters.ts'
