import { Status } from '@cairn/dfs-core'
import type { RefusalReason } from '../cluster/refusal.ts'

/** What FastDFS's tracker answers in each case. */
export const refusalStatus: Record<RefusalReason, number> = {
  malformed: Status.EINVAL,
  too_long: Status.ENAMETOOLONG,
  unknown: Status.ENOENT,
  nothing_usable: Status.ENOENT,
  no_space: Status.ENOSPC,
  busy: Status.EBUSY,
  already: Status.EALREADY,
  exists: Status.EEXIST,
  not_joined: Status.EACCES,
  unknown_past: Status.EFAULT,
  full: Status.ENOSPC,
  not_ready: Status.EAGAIN,
  not_active: Status.ENONET,
  read_only: Status.EACCES,
  unsupported: Status.EOPNOTSUPP,
}
