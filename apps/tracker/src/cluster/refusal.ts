/**
 * Why the cluster says no. The handlers turn a reason into the FastDFS status that the C tracker answers in that case;
 * the core itself knows no error numbers.
 */
export type RefusalReason =
  | 'malformed' // a value that no storage server or client may send
  | 'too_long' // an address text that cannot be one
  | 'unknown' // group, storage server or tracker that is not known here
  | 'nothing_usable' // known, but nobody is ACTIVE with the right rw mode
  | 'no_space' // the reserved space rule fails everywhere it applies
  | 'busy' // the storage server is alive, or the group has members
  | 'already' // already deleted, or already moved
  | 'exists' // the new address belongs to another storage server
  | 'not_joined' // needs a JOIN on this connection first
  | 'unknown_past' // claims a finished sync that this tracker knows nothing of
  | 'full' // a limit of the cluster is reached
  | 'not_ready' // the state of another tracker is still being taken over
  | 'not_active' // named by an administrator, but not ACTIVE
  | 'read_only' // named by an administrator, but its rw mode excludes writing
  | 'unsupported' // switched off, or not the leader

export class Refusal extends Error {
  readonly reason: RefusalReason

  constructor(reason: RefusalReason, message: string) {
    super(message)
    this.name = 'Refusal'
    this.reason = reason
  }
}
