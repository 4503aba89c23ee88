export { BufferPool } from './buffer-pool.ts'
export { createCommandServer } from './command-server.ts'
export type { FileRange } from './file-sender.ts'
export type {
  BodySink,
  BufferedHandler,
  CommandHandler,
  CommandReply,
  CommandRequest,
  CommandServer,
  CommandServerLimits,
  CommandServerLogger,
  CommandServerOptions,
  StreamedHandler,
} from './handler.ts'
export { type HostFilter, hostFilter, plainAddress } from './host-filter.ts'
export { openLogOutput } from './log-output.ts'
export { createRelay, type Relay, type RelayState } from './relay.ts'
