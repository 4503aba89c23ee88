/** What is known of a group's trunk files. */
export interface TrunkState {
  /** The newest trunk file. */
  currentFileId: number
  /** Id of the trunk server; empty while there is none. */
  server: string
  /** Who was it before: only another one has to forget how far its log has got to the other members. */
  lastServer: string
  /** MiB free in all trunk files, as the trunk server reports it. */
  freeMb: number
  /** Counts changes of the trunk server; starts at 1, so that a new connection has always seen less. */
  changes: number
}

export function createTrunkState(): TrunkState {
  return { currentFileId: 0, server: '', lastServer: '', freeMb: 0, changes: 1 }
}
