import { type Cluster, reorder } from './cluster.ts'
import type { StorageIds } from './storage-ids.ts'

/** Members that stay get their new rw modes at once; new addresses count when they join again. */
export function changeStorageIds(cluster: Cluster, ids: StorageIds): void {
  cluster.ids = ids
  for (const group of cluster.groups) {
    for (const server of group.servers) server.rw = ids.byId(server.id)?.rw ?? server.rw
    reorder(group)
  }
}
